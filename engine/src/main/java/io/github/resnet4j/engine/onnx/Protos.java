package io.github.resnet4j.engine.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import onnx.Onnx;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.TensorProto;
import org.nd4j.shade.protobuf.ByteString;

/** ONNX's messages, made in one expression. */
final class Protos {
    private Protos() {}

    static AttributeProto attribute(String name, long value) {
        return named(name).setType(AttributeProto.AttributeType.INT).setI(value).build();
    }

    static AttributeProto attribute(String name, double value) {
        return named(name)
                .setType(AttributeProto.AttributeType.FLOAT)
                .setF((float) value)
                .build();
    }

    static AttributeProto attribute(String name, String value) {
        return named(name)
                .setType(AttributeProto.AttributeType.STRING)
                .setS(ByteString.copyFromUtf8(value))
                .build();
    }

    static AttributeProto attribute(String name, List<Integer> values) {
        AttributeProto.Builder list = named(name).setType(AttributeProto.AttributeType.INTS);
        values.forEach(list::addInts);
        return list.build();
    }

    private static AttributeProto.Builder named(String name) {
        return AttributeProto.newBuilder().setName(name);
    }

    static TensorProto floats(String name, List<Integer> shape, ByteString values) {
        return tensor(name, TensorProto.DataType.FLOAT_VALUE, shape)
                .setRawData(values)
                .build();
    }

    /** A list of numbers, as operators take sizes. */
    static TensorProto longs(String name, long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        Arrays.stream(values).forEach(bytes::putLong);
        return tensor(name, TensorProto.DataType.INT64_VALUE, List.of(values.length))
                .setRawData(ByteString.copyFrom(bytes.flip()))
                .build();
    }

    private static TensorProto.Builder tensor(String name, int type, List<Integer> shape) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(type);
        shape.forEach(tensor::addDims);
        return tensor;
    }

    /** An input or output of a model; {@code batch} of 0 is any. */
    static Onnx.ValueInfoProto value(String name, int type, int batch, List<Integer> shape) {
        Onnx.TensorShapeProto.Builder dimensions = Onnx.TensorShapeProto.newBuilder();
        Onnx.TensorShapeProto.Dimension.Builder first = dimensions.addDimBuilder();
        if (batch == 0) {
            first.setDimParam("batch");
        } else {
            first.setDimValue(batch);
        }
        shape.forEach(size -> dimensions.addDimBuilder().setDimValue(size));
        return Onnx.ValueInfoProto.newBuilder()
                .setName(name)
                .setType(Onnx.TypeProto.newBuilder()
                        .setTensorType(Onnx.TypeProto.Tensor.newBuilder()
                                .setElemType(type)
                                .setShape(dimensions)))
                .build();
    }
}
