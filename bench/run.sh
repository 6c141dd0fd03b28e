#!/usr/bin/env bash
# Runs the benchmark: builds it when a source is newer, then replaces itself by the JVM that conducts the contestants.
set -eu
bench=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd)
home=$(dirname -- "$bench")
target=$bench/target
stamp=$target/run.stamp
java=${JAVA_HOME:+$JAVA_HOME/bin/}java

die() {
  printf 'error: %s\n' "$1" >&2
  exit 2
}
command -v "$java" >/dev/null || die "no Java found; install a JDK 17 or later (Debian: apt-get install openjdk-17-jdk-headless)"

build() {
  printf 'bench: building ...\n' >&2
  # An installed Maven builds offline once the libraries are in its repository; the wrapper would fetch Maven first.
  local maven options=()
  maven=$(command -v mvn) || maven=./mvnw
  # The default natives need AVX2; older x86-64 processors take the build without.
  if [ "$(uname -sm)" = "Linux x86_64" ] && ! grep -qw avx2 /proc/cpuinfo; then
    options+=(-Dnative.classifier=linux-x86_64-onednn)
  fi
  rm -f "$stamp"
  (cd "$home" && "$maven" -q -B -Dmaven.test.skip -Dspotless.check.skip ${options[@]+"${options[@]}"} -pl bench -am package >"$home/.build.log" 2>&1) || {
    tail -n 30 "$home/.build.log" >&2
    die "the build failed; the end of its output is above, all of it in $home/.build.log"
  }
  rm -f "$home/.build.log"
  touch "$stamp"
}

if [ ! -f "$stamp" ] || [ -n "$(find "$home"/pom.xml "$home"/{files,zoo,engine,datasets,bench}/{pom.xml,src/main} -newer "$stamp" -print -quit)" ]; then
  build
fi

# A Python that has torchvision; Debian's belongs to the system's Python, which another may hide.
torchvision() {
  local python
  for python in ${PYTHON:+"$PYTHON"} python3 /usr/bin/python3; do
    if "$python" -c 'import torchvision' 2>/dev/null; then
      printf '%s' "$python"
      return
    fi
  done
  die "no Python with torchvision found; Debian: apt-get install python3-torchvision; another: PYTHON=FILE bench/run.sh ..."
}

options=(-XX:+UseSerialGC -Dresnet4j.bench="$bench" -cp "$target/resnet4j-bench.jar:$target/lib/*")
case ${1-} in
  load)
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    "$java" -Xmx1g "${options[@]}" io.github.resnet4j.bench.LoadBenchmark "$folder" "${@:2}"
    ;;
  input)
    [ $# -ge 2 ] || die "usage: bench/run.sh input FOLDER [ROUNDS]"
    python=$(torchvision)
    exec "$java" -Xmx1g "${options[@]}" io.github.resnet4j.bench.InputBenchmark \
      "$python" "$bench/src/main/python/input.py" "$2" "${3:-5}"
    ;;
  stft)
    exec "$java" -Xmx1g "${options[@]}" io.github.resnet4j.bench.SoundBenchmark \
      "${PYTHON:-/usr/bin/python3}" "$bench/src/main/python/stft.py" "${2:-9}"
    ;;
  predict)
    [ $# -ge 3 ] || die "usage: bench/run.sh predict WEIGHTS FOLDER [ROUNDS]     weights of torchvision's resnet18"
    python=$(torchvision)
    lines=$(mktemp)
    trap 'rm -f "$lines"' EXIT
    TIMEFORMAT='%R s (%U s of processors)'
    for round in $(seq "${4:-3}"); do
      printf 'resnet4j  '
      time "$home/resnet4j" predict --model resnet18 --weights "$2" --csv "$lines" "$3" >/dev/null
      printf 'PyTorch   '
      time PYTHONDONTWRITEBYTECODE=1 "$python" "$bench/src/main/python/predict.py" resnet18 "$2" "$3" >"$lines"
    done 2>&1
    ;;
  peak | roofline)
    exec "$java" -Xmx4g "${options[@]}" io.github.resnet4j.bench.Roofline "$@"
    ;;
  *)
    exec "$java" -Xmx64m "${options[@]}" io.github.resnet4j.bench.BenchmarkCommand "$@"
    ;;
esac
