# 등록부: 차량과 센서의 이름.
register-taken = 등록부에 { $n }행 반영
register-taken-part = 등록부에 { $of }행 중 { $n }행 반영, { $line }번째 줄: { $why }
register-written = 등록부를 { $file }에 저장했습니다
