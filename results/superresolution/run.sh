#!/usr/bin/env bash
# Trains the reduced MSRN and measures it:
#   run.sh PHOTOGRAPHS BENCHMARKS
# PHOTOGRAPHS holds what to train on; BENCHMARKS holds Set5/image_SRF_2 and Set14/image_SRF_2 as SelfExSR publishes them (data/ of
# jbhuang0604/SelfExSR), which are never trained on. A training that was stopped goes on where it was. Prints CSV.
set -eu
[ $# -eq 2 ] || { echo "usage: run.sh PHOTOGRAPHS BENCHMARKS" >&2; exit 2; }
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
home=$here/../..
run=runs/msrn-x2-reduced
resume=()
[ ! -d "$run/checkpoints" ] || resume=(--resume)
"$home/resnet4j" train -c "$home/configs/superresolution/msrn-x2-reduced.yaml" --data "$1" ${resume[@]+"${resume[@]}"} >&2
echo set,model,psnr,ssim,images
for set in Set5 Set14; do
  "$home/resnet4j" eval --model "$run/model.zip" --data "$2/$set/image_SRF_2" --json |
    sed -E "s/.*\"psnr\":([0-9.]+).*\"ssim\":([0-9.]+).*\"images\":([0-9]+).*/$set,msrn-x2-reduced,\1,\2,\3/"
done
