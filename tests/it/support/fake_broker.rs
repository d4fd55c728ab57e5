//! A broker of a few lines that does what no real one would: it lets a test decide every byte.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::Duration;

pub(crate) const PUBLISH_QOS_1: u8 = 0x32;
pub(crate) const PUBACK: u8 = 0x40;
const CONNECT: u8 = 0x10;
const SUBSCRIBE: u8 = 0x82;
const PINGREQ: u8 = 0xc0;

/// Listens on a loopback port.
pub(crate) struct FakeBroker {
    listener: TcpListener,
}

/// One client's connection.
pub(crate) struct Connection {
    socket: TcpStream,
    pub(crate) client_id: String,
}

impl FakeBroker {
    pub(crate) fn start() -> Self {
        Self { listener: TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap() }
    }

    pub(crate) fn url(&self) -> String {
        format!("mqtt://{}", self.listener.local_addr().unwrap())
    }

    /// Waits for a client and answers its CONNECT with `code`.
    pub(crate) fn accept(&self, code: u8) -> Connection {
        let socket = self.next_socket();
        socket.set_nonblocking(false).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut connection = Connection { socket, client_id: String::new() };
        let (kind, body) = connection.read().expect("a CONNECT");
        assert_eq!(kind, CONNECT);
        // Protocol name (6), level, flags, keep-alive (2), then the client id.
        let n_bytes = usize::from(u16::from_be_bytes([body[10], body[11]]));
        connection.client_id = String::from_utf8(body[12..12 + n_bytes].to_vec()).unwrap();
        connection.write(&[0x20, 2, 0, code]);
        connection
    }

    fn next_socket(&self) -> TcpStream {
        self.listener.set_nonblocking(true).unwrap();
        for _ in 0..4_000 {
            match self.listener.accept() {
                Ok((socket, _)) => return socket,
                Err(error) if error.kind() == ErrorKind::WouldBlock => std::thread::sleep(Duration::from_millis(10)),
                Err(error) => panic!("{error}"),
            }
        }
        panic!("no client came");
    }

    /// Waits for a client, lets it in and answers its SUBSCRIBE with `code` for each filter.
    pub(crate) fn serve(&self, code: u8) -> Connection {
        let mut connection = self.accept(0);
        let (kind, body) = connection.read().expect("a SUBSCRIBE");
        assert_eq!(kind, SUBSCRIBE);
        let mut n_filters = 0;
        let mut rest = &body[2..];
        while !rest.is_empty() {
            rest = &rest[3 + usize::from(u16::from_be_bytes([rest[0], rest[1]]))..];
            n_filters += 1;
        }
        let mut answer = vec![0x90, 2 + n_filters, body[0], body[1]];
        answer.extend((0..n_filters).map(|_| code));
        connection.write(&answer);
        connection
    }
}

impl Connection {
    /// Writes a QoS 1 PUBLISH. `topic` may be bytes that are no text.
    pub(crate) fn publish(&mut self, topic: &[u8], packet_id: u16, payload: &[u8]) {
        let mut frame = vec![PUBLISH_QOS_1];
        let mut n_bytes = 2 + topic.len() + 2 + payload.len();
        loop {
            let digit = (n_bytes % 128) as u8;
            n_bytes /= 128;
            frame.push(if n_bytes > 0 { digit | 0x80 } else { digit });
            if n_bytes == 0 {
                break;
            }
        }
        frame.extend((topic.len() as u16).to_be_bytes());
        frame.extend(topic);
        frame.extend(packet_id.to_be_bytes());
        frame.extend(payload);
        self.write(&frame);
    }

    /// The next packet id that the client acknowledges; pings are answered, other packets passed over.
    pub(crate) fn next_puback(&mut self) -> u16 {
        loop {
            let (kind, body) = self.read().expect("a PUBACK");
            if kind == PUBACK {
                return u16::from_be_bytes([body[0], body[1]]);
            }
        }
    }

    /// The next packet, `None` when the client has gone.
    pub(crate) fn read(&mut self) -> Option<(u8, Vec<u8>)> {
        loop {
            let kind = self.byte()?;
            let (mut n_bytes, mut shift) = (0_usize, 0);
            loop {
                let digit = self.byte()?;
                n_bytes |= usize::from(digit & 0x7f) << shift;
                shift += 7;
                if digit & 0x80 == 0 {
                    break;
                }
            }
            let mut body = vec![0; n_bytes];
            self.socket.read_exact(&mut body).ok()?;
            if kind == PINGREQ {
                self.write(&[0xd0, 0]);
            } else {
                return Some((kind, body));
            }
        }
    }

    /// Writes; a client that has hung up is no error here.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        self.socket.write_all(bytes).ok();
    }

    fn byte(&mut self) -> Option<u8> {
        let mut byte = [0];
        self.socket.read_exact(&mut byte).ok()?;
        Some(byte[0])
    }
}
