#!/bin/sh
# The line beside what others use, in one run on this machine: a flood without a broker, then through mosquitto.
# Needs Linux, Rust and the Debian packages mosquitto and mosquitto-clients. Prints tables in Markdown.
#
#   benches/side_by_side.sh                      both
#   FLEETWATCH_BENCH_N=2000000 benches/side_by_side.sh
set -eu
cd "$(dirname "$0")/.."
for tool in cargo mosquitto_sub; do
    command -v "$tool" >/dev/null || { echo "$tool is missing: apt-get install mosquitto mosquitto-clients" >&2; exit 1; }
done
# mqtt.js and paho too, where node and python are there; into a directory of their own that goes at the end.
peers=$(mktemp -d)
trap 'rm -rf "$peers"' EXIT
if command -v npm >/dev/null && npm install --silent --prefix "$peers" mqtt@5 >/dev/null 2>&1; then
    export FLEETWATCH_BENCH_NODE_MODULES="$peers/node_modules"
fi
if python3 -m venv "$peers/venv" >/dev/null 2>&1 && "$peers/venv/bin/pip" -q install paho-mqtt >/dev/null 2>&1; then
    export FLEETWATCH_BENCH_PYTHON="$peers/venv/bin/python"
fi
echo "$(date +%F), $(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), load $(cut -d' ' -f1-3 /proc/loadavg)"
cargo bench --bench line -- flood mosquitto
