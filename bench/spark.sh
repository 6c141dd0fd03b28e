#!/usr/bin/env bash
# Compares training on Spark with training in one process: images/s of the last epoch, and how the executors spent their time. The
# ways take turns: one process of two threads, one and two executors of one core each. The same configuration, the same batch in all.
# Usage: bench/spark.sh CIFAR [ROUNDS [IMAGES [EPOCHS]]] > spark.csv
set -eu
bench=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd)
home=$(dirname -- "$bench")
data=${1:?the folder of CIFAR-10 in the binary version}
rounds=${2:-3}
images=${3:-12800}
epochs=${4:-3}
resnet4j=${RESNET4J:-$home/resnet4j}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# train NAME NETWORK COMMAND...
train() {
  local name=$1 network=$2
  shift 2
  "$resnet4j" "$@" -c "$home/configs/cifar10/$network.yaml" --data "$data" --no-progress --overwrite \
    --set name="$name" --set output.dir="$work" --set data.limit="$images" \
    --set train.epochs="$epochs" --set train.eval-every="$epochs" --set schedule='{type: constant}' --set data.workers=1 >"$work/log" 2>&1 || {
    cat "$work/log" >&2
    exit 1
  }
}

# row NETWORK ROUND WAY: images/s of the log's last row; of executors.csv, the shares of the last epoch's time
row() {
  local speed shares=,
  speed=$(awk -F, 'NR == 1 {for (i = 1; i <= NF; i++) if ($i == "images_per_second") c = i} END {print $c}' "$work/$3/log.csv")
  if [ -f "$work/$3/executors.csv" ]; then
    shares=$(awk -F, -v e="$epochs" '$1 == e {s += $5; w += $6; x += $7} END {printf "%.3f,%.3f", w / s, x / s}' "$work/$3/executors.csv")
  fi
  echo "$1,$2,$3,$speed,$shares"
}

echo network,round,way,images_per_second,waiting_share,exchanging_share
for network in resnet20 resnet56; do
  for round in $(seq "$rounds"); do
    OMP_NUM_THREADS=2 train process-2-threads $network train
    row $network "$round" process-2-threads
    for executors in 1 2; do
      OMP_NUM_THREADS=1 train executors-$executors $network spark train --executors $executors
      row $network "$round" executors-$executors
    done
    OMP_NUM_THREADS=1 train executors-2-average-16 $network spark train --executors 2 --average-every 16
    row $network "$round" executors-2-average-16
  done
done
