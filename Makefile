# Two commands: `make run` opens the dashboard, `make test` proves it. Both do all the set-up themselves,
# Debian packages included. Everything else is plain cargo.

# What the window needs to run, and what building needs beside Rust.
RUN_PACKAGES = gcc libc6-dev pkg-config libx11-6 libx11-xcb1 libxcb1 libxcursor1 libxi6 libxkbcommon0 libxkbcommon-x11-0 \
	libgl1 libglx-mesa0 libgl1-mesa-dri libegl1 alsa-utils
# What the tests need beside that: a real broker, its clients, certificates, a display that is not there, a mouse, the ear of
# a screen reader, and Python for a Lambda function in another language and for an AWS on this machine. strip makes our own
# functions small.
TEST_PACKAGES = $(RUN_PACKAGES) mosquitto mosquitto-clients openssl xvfb xauth openbox xdotool imagemagick at-spi2-core dbus python3-gi gir1.2-atspi-2.0 procps pngquant python3 python3-venv binutils postgresql

.PHONY: run test accuracy screens package packages test-packages

## Build and open the dashboard with its sample fleet. Arguments: make run ARGS="--broker mqtt://broker.local"
run: packages
	cargo run --release --bin fleetwatch -- $(ARGS)

## Every test: units, scenarios, simulation, real mosquitto, the real window under Xvfb.
test: test-packages
	cargo build -p fleetwatch-lambda
	.ci/venv moto 'moto[server]==5.2.5'
	.ci/venv mail aiosmtpd==1.4.6
	.ci/venv aws ministack==1.5.33 cryptography==46.0.3 aws-sam-translator==1.115.0
	cargo test

## How right the functions are, from recordings with labels in FLEETWATCH_DATA or ../shared/data.
accuracy: packages
	FLEETWATCH_LIMITS=1 cargo test --test it -- --nocapture --exact accuracy::the_table_holds_its_floors

## The pictures of docs/screens, from the real window on a display that is not there.
screens: test-packages
	cargo build --release --bin fleetwatch
	.ci/screens

## The functions on AWS as they are uploaded, for arm64: deploy/dist/bootstrap.
package:
	@.ci/packages gcc libc6-dev python3 python3-venv
	deploy/package

packages:
	@.ci/packages $(RUN_PACKAGES)

test-packages:
	@.ci/packages $(TEST_PACKAGES)
