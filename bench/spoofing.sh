#!/usr/bin/env bash
# Trains Spec-ResNet on each of its three features to tell real speech from synthetic speech, and prints the equal error rate of
# each attack: on digits, by voices that were not trained on, of which festival is of a synthesiser that was not trained on, and on
# sentences of another corpus. What the sounds are: src/main/python/spoofing_sounds.py. A training that was stopped is resumed.
# Usage: bench/spoofing.sh FSDD SPEECH WORK [FEATURE...] > table.md
#   FSDD    recordings/ of the Free Spoken Digit Dataset; SPEECH  ASR_spk1_snt1.wav ... of SpeechBrain's tests
# Debian: apt-get install python3-scipy espeak-ng flite festival festvox-kallpc16k festvox-kdlpc16k festvox-us-slt-hts
set -eu
bench=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd)
home=$(dirname -- "$bench")
python=${PYTHON:-/usr/bin/python3}
resnet4j=${RESNET4J:-$home/resnet4j}
[ $# -ge 3 ] || {
  sed -n '2,7s/^# //p' "$0" >&2
  exit 2
}
fsdd=$1 speech=$2 work=$3
shift 3
[ $# -gt 0 ] || set -- mfcc cqcc stft

mkdir -p "$work"
"$python" "$bench/src/main/python/spoofing_sounds.py" "$fsdd" "$speech" "$work" >&2
for feature; do
  case $feature in
  mfcc) epochs=15 ;;
  cqcc) epochs=12 ;;
  stft) epochs=8 ;;
  *) echo "error: no feature is called $feature: mfcc, cqcc or stft" >&2 && exit 2 ;;
  esac
  run=$work/runs/spec-resnet-$feature
  if [ ! -f "$run/report.html" ]; then
    resume=
    [ ! -d "$run/checkpoints" ] || resume=--resume
    "$resnet4j" train -c "$home/configs/spoofing/spec-resnet-$feature.yaml" --data "$work/digits" \
      --set output.dir="$work/runs" --set train.epochs=$epochs --set train.batch-size=16 --set optimizer.lr=5e-4 $resume >&2
  fi
  for part in digits/test sentences; do
    scores=$work/$feature-${part%/test}.csv
    [ -f "$scores" ] || "$resnet4j" predict --model "$run/model.zip" "$work/$part" --csv "$scores" >&2
  done
done
"$python" "$bench/src/main/python/spoofing_table.py" "$work" "$@"
