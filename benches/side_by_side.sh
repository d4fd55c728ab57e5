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
echo "$(date +%F), $(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), load $(cut -d' ' -f1-3 /proc/loadavg)"
exec cargo bench --bench line -- flood mosquitto
