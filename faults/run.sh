#!/usr/bin/env bash
# Measures the bars of reliability: builds what is harmed when a source is newer, then replaces itself by the harness.
set -eu
faults=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd)
home=$(dirname -- "$faults")
target=$faults/target
stamp=$target/run.stamp
java=${JAVA_HOME:+$JAVA_HOME/bin/}java

die() {
  printf 'error: %s\n' "$1" >&2
  exit 2
}
command -v "$java" >/dev/null || die "no Java found; install a JDK 17 or later (Debian: apt-get install openjdk-17-jdk-headless)"

build() {
  printf 'faults: building ...\n' >&2
  # An installed Maven builds offline once the libraries are in its repository; the wrapper would fetch Maven first.
  local maven options=()
  maven=$(command -v mvn) || maven=./mvnw
  # The default natives need AVX2; older x86-64 processors take the build without.
  if [ "$(uname -sm)" = "Linux x86_64" ] && ! grep -qw avx2 /proc/cpuinfo; then
    options+=(-Dnative.classifier=linux-x86_64-onednn)
  fi
  rm -f "$stamp"
  (cd "$home" && "$maven" -q -B -Dmaven.test.skip -Dspotless.check.skip ${options[@]+"${options[@]}"} -pl faults -am package >"$home/.build.log" 2>&1) || {
    tail -n 30 "$home/.build.log" >&2
    die "the build failed; the end of its output is above, all of it in $home/.build.log"
  }
  rm -f "$home/.build.log"
  touch "$stamp"
}

if [ ! -f "$stamp" ] || [ -n "$(find "$home"/pom.xml "$home"/{files,zoo,engine,datasets,finetune,serving,spark,notebooks,cli,faults}/{pom.xml,src/main} -newer "$stamp" -print -quit)" ]; then
  build
fi

exec "$java" -Xmx256m -XX:+UseSerialGC -Dresnet4j.home="$home" -cp "$target/resnet4j-faults.jar:$target/lib/*" io.github.resnet4j.faults.FaultsCommand "$@"
