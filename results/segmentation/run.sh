#!/bin/sh
# run.sh PHOTOGRAPHS FOLDER [EPOCHS]: trains on drawn signs with resnet4j and with PyTorch, from the same weights.
# Leaves FOLDER/signs (the run), FOLDER/pytorch.csv and FOLDER/log.csv. Goes on where it was stopped.
# PYTHON is a Python with torch, torchvision, numpy, pillow and yaml; /usr/bin/python3 unless it is set.
set -e
here=$(cd "$(dirname "$0")" && pwd)
home=$(cd "$here/../.." && pwd)
photographs=$1
out=$2
epochs=${3:-30}
python=${PYTHON:-/usr/bin/python3}
mkdir -p "$out"
[ -d "$out/data" ] || "$python" "$here/signs.py" "$photographs" "$out/data"
[ -f "$out/start.pth" ] || "$python" "$here/peer.py" start "$out/data" "$out/start.pth"
[ -f "$out/start.zip" ] || "$home/resnet4j" convert --arch fcn-resnet50 --option auxiliary-heads=true \
  --class-names "$out/data/classes.txt" "$out/start.pth" "$out/start.zip"
resume=
[ -d "$out/signs/checkpoints" ] && resume=--resume
[ -f "$out/signs/report.html" ] || "$home/resnet4j" train -c "$home/configs/segmentation/signs.yaml" --data "$out/data" \
  --set "model.weights=$out/start.zip" --set "train.epochs=$epochs" --set "output.dir=$out" $resume
cp "$out/signs/log.csv" "$out/log.csv"
"$python" "$here/peer.py" train "$out/data" "$out/start.pth" "$out/signs" --csv "$out/pytorch.csv" --folder "$out/pytorch"
