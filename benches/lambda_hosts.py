#!/usr/bin/env python3
"""What a host of Lambda functions costs an invocation: ours, MiniStack and cargo-lambda, in one run on the same bootstrap.

benches/lambda_hosts.py [N]

One event at a time, to one warm container: `judge_crash` with `only_judge`, which asks nothing of AWS. Needs
`cargo build --release` and `cargo build --release -p fleetwatch-lambda`, and `make test` for target/venv/aws and
`deploy/package` for target/venv/package. Prints a table in Markdown: the median of N invocations by the clock, and the
processor time of the host alone, without that of the function's process.
"""

import base64
import http.client
import io
import json
import os
import pathlib
import platform
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
N = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
BOOTSTRAP = ROOT / "target/release/bootstrap"
REPORT = {"event_id": "e-1", "occurred_at": 1795307460000, "airbag": True, "speed_kmh": 52.0, "speed_after_kmh": 0.0}
EVENT = json.dumps({"topic": "fleet/van-7/crash", "received_ms": 1795307460000, "only_judge": True,
                    "payload": base64.b64encode(json.dumps(REPORT).encode()).decode()})
ENVIRONMENT = {"FUNCTION": "judge_crash", "TABLE": "t", "TOPIC_ARN": "arn:aws:sns:us-east-1:123456789012:t",
               "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def tree(pid):
    """A process and all that it started."""
    found = [pid]
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += tree(int(child))
    return found


def processor_seconds(pid):
    """Of the host: of its processes, those that have ended among them, all but the function's own."""
    ticks = 0
    for one in tree(pid):
        try:
            name, rest = pathlib.Path(f"/proc/{one}/stat").read_text().rsplit(") ", 1)
        except FileNotFoundError:
            continue
        if "bootstrap" not in name:
            fields = rest.split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def measure(name, pid, invoke):
    for _ in range(20):
        invoke()
    before, times = processor_seconds(pid), []
    for _ in range(N):
        begin = time.perf_counter()
        invoke()
        times.append(time.perf_counter() - begin)
    spent = (processor_seconds(pid) - before) / N
    return name, statistics.median(times) * 1e6, sorted(times)[int(N * 0.99)] * 1e6, spent * 1e6


def ask(connection, path):
    connection.request("POST", path, EVENT, {"content-type": "application/json"})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200 or b'"ruling"' not in body:
        raise SystemExit(f"no verdict: {answer.status} {body[:300]!r}")


def wait_for(what, look):
    for _ in range(600):
        try:
            if look():
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit(f"{what} did not come within a minute")


def ours(home):
    package = home / "package"
    package.mkdir()
    (package / "bootstrap").write_bytes(BOOTSTRAP.read_bytes())
    (package / "bootstrap").chmod(0o755)
    command = [str(ROOT / "target/release/fleetwatch"), "lambda", str(package), "--json", "--concurrency", "1",
               "--memory-mb", "256", "--timeout-secs", "10"]
    for name, value in ENVIRONMENT.items():
        command += ["--env", f"{name}={value}"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as host:
        def invoke():
            host.stdin.write(EVENT + "\n")
            host.stdin.flush()
            line = host.stdout.readline()
            if '"ruling"' not in line:
                raise SystemExit(f"no verdict: {line}")

        try:
            return measure("`fleetwatch lambda`", host.pid, invoke)
        finally:
            host.stdin.close()
            host.stdout.read()


def mini_stack(home):
    port = free_port()
    env = {**os.environ, "BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "IOT_MTLS_ENABLED": "0"}
    with open(home / "ministack.log", "wb") as log:
        host = subprocess.Popen([str(ROOT / "target/venv/aws/bin/ministack")], env=env, cwd=home, stdout=log, stderr=log)
    try:
        wait_for("MiniStack", lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}/_ministack/health", timeout=1))
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
            info = zipfile.ZipInfo("bootstrap")
            info.external_attr = 0o755 << 16
            file.writestr(info, BOOTSTRAP.read_bytes())
        made = {"FunctionName": "judge", "Runtime": "provided.al2023", "Handler": "bootstrap", "Timeout": 10, "MemorySize": 256,
                "Role": "arn:aws:iam::000000000000:role/r", "Environment": {"Variables": ENVIRONMENT},
                "Code": {"ZipFile": base64.b64encode(packed.getvalue()).decode()}}
        request = urllib.request.Request(f"http://127.0.0.1:{port}/2015-03-31/functions", json.dumps(made).encode(),
                                         {"content-type": "application/json", "authorization": signed_by_nobody("lambda")})
        urllib.request.urlopen(request).read()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        return measure("MiniStack", host.pid, lambda: ask(connection, "/2015-03-31/functions/judge/invocations"))
    finally:
        host.terminate()
        host.wait()


def signed_by_nobody(service):
    return f"AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"


def cargo_lambda(home):
    port = free_port()
    tool = ROOT / "target/venv/package/bin/cargo-lambda"
    command = [str(tool), "lambda", "watch", "--only-lambda-apis", "--invoke-address", "127.0.0.1", "--invoke-port", str(port)]
    with open(home / "cargo-lambda.log", "wb") as log:
        host = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
    function = None
    try:
        wait_for("cargo-lambda", lambda: socket.create_connection(("127.0.0.1", port)).close() is None)
        # What it says a function must have in its environment that it does not start itself.
        names = {"AWS_LAMBDA_FUNCTION_NAME": "_", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
                 "AWS_LAMBDA_FUNCTION_VERSION": "1", "AWS_LAMBDA_LOG_STREAM_NAME": "s", "AWS_LAMBDA_LOG_GROUP_NAME": "g",
                 "AWS_LAMBDA_RUNTIME_API": f"http://127.0.0.1:{port}/.rt"}
        function = subprocess.Popen([str(BOOTSTRAP)], env={**os.environ, **ENVIRONMENT, **names}, stdout=subprocess.DEVNULL)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        return measure("cargo-lambda", host.pid, lambda: ask(connection, "/2015-03-31/functions/_/invocations"))
    finally:
        for process in (function, host):
            if process:
                process.send_signal(signal.SIGTERM)
                process.wait()


def main():
    with tempfile.TemporaryDirectory() as home:
        home = pathlib.Path(home)
        rows = [ours(home), mini_stack(home), cargo_lambda(home)]
    load = pathlib.Path("/proc/loadavg").read_text().split()[0]
    print(f"{time.strftime('%F')}, {os.cpu_count()} cores, {platform.machine()}, load {load}, {N} invocations each\n")
    print("| host | µs an invocation (p50) | p99 | times ours | µs CPU of the host | times ours |")
    print("|-|-:|-:|-:|-:|-:|")
    _, own, _, own_cpu = rows[0]
    for name, p50, p99, cpu in rows:
        print(f"| {name} | {p50:,.0f} | {p99:,.0f} | {p50 / own:.1f} | {cpu:,.0f} | {cpu / own_cpu:.1f} |")


main()
