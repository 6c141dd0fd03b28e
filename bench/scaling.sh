#!/usr/bin/env bash
# Prints the tables of docs/scaling.md, or measures what they rest on.
# Usage: bench/scaling.sh tables [speed=K] [latency=SECONDS] [price=P]   from the newest bench/results/*-steps.csv
#        bench/scaling.sh steps > bench/results/DATE-CPU-steps.csv       processor time of a training step, by batch
#        bench/scaling.sh check [N...]                                  the model of the ring against rings of N processes: root
# Debian: apt-get install iproute2 python3
set -eu
bench=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd)
home=$(dirname -- "$bench")
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
package=io.github.resnet4j.spark.train
# Bytes per second that a rank of the ring moves where no network limits it; see docs/scaling.md.
ring_rate=1.46e9

die() {
  printf 'error: %s\n' "$1" >&2
  exit 2
}

build() {
  local maven
  maven=$(command -v mvn) || maven=./mvnw
  (cd "$home" && "$maven" -q -B "$@" >&2) || die "the build failed"
}

case ${1-} in
  tables | check)
    [ -d "$home/spark/target/test-classes" ] || build -DskipTests -Dspotless.check.skip -pl spark -am test-compile
    path=$home/spark/target/test-classes:$home/spark/target/classes:$home/engine/target/classes
    if [ "$1" = tables ]; then
      steps=$(ls "$bench"/results/*-steps.csv 2>/dev/null | tail -n 1)
      [ -n "$steps" ] || die "there is no bench/results/*-steps.csv: run bench/scaling.sh steps first"
      exec "$java" -cp "$path" $package.ScalingTables "$steps" "${@:2}"
    fi
    [ "$(id -u)" = 0 ] || die "network namespaces need root"
    command -v tc >/dev/null || die "no tc found; Debian: apt-get install iproute2"
    exec "$java" -Xmx64m -cp "$path" $package.RingCheck "$home/spark/src/test/python/delay.py" "$ring_rate" "${@:2}"
    ;;
  steps)
    [ -f "$bench/target/resnet4j-bench.jar" ] || build -Dmaven.test.skip -Dspotless.check.skip -pl bench -am package
    export OMP_NUM_THREADS=1
    header=
    for batches in "resnet20-cifar 1 4 16 64 128" "resnet50 1 4 8" "resnet152 1 4"; do
      # shellcheck disable=SC2086
      "$java" -XX:+UseSerialGC -Xmx3g -cp "$bench/target/resnet4j-bench.jar:$bench/target/lib/*" \
        io.github.resnet4j.bench.StepBenchmark $batches | sed "${header:+1d}"
      header=done
    done
    ;;
  *)
    sed -n '2,7s/^# //p' "$0" >&2
    exit 2
    ;;
esac
