package io.github.resnet4j.serving.internal.api;

import io.github.resnet4j.serving.internal.http.Refused;
import io.github.resnet4j.zoo.network.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What the tensors of an inference request mean to a model: prepared images as FP32, or image files as BYTES. */
final class InferInputs {
    /** Name of the only input. */
    static final String INPUT = "input";

    private final Shape in;
    private final int most;

    /**
     * @param in what the network takes
     * @param most images
     */
    InferInputs(Shape in, int most) {
        this.in = in;
        this.most = most;
    }

    /**
     * The images.
     *
     * @param body the whole of it; the data of binary tensors begin at {@code json}
     */
    List<Input> of(InferRequest request, byte[] body, int json) {
        require(
                request.inputs().size() == 1,
                "the model has one input, " + INPUT + ", but the request has "
                        + request.inputs().size());
        InferRequest.TensorJson tensor = request.inputs().get(0);
        require(tensor.name().equals(INPUT), "the model's only input is called " + INPUT);
        int binary = tensor.binarySize().orElse(0);
        require(
                binary == body.length - json,
                "behind the JSON there are " + (body.length - json) + " bytes, but binary_data_size says " + binary);
        boolean twice = tensor.binarySize().isPresent()
                && (tensor.numbers().length > 0 || !tensor.texts().isEmpty());
        require(!twice, "an input has data in JSON or behind it, not both");
        ByteBuffer data = ByteBuffer.wrap(body, json, binary).order(ByteOrder.LITTLE_ENDIAN);
        return switch (tensor.datatype()) {
            case "FP32" -> tensors(tensor, data);
            case "BYTES" -> images(tensor, data);
            default ->
                throw Refused.badRequest(
                        "the input takes FP32, which are prepared images, or BYTES, which are" + " image files");
        };
    }

    private List<Input> tensors(InferRequest.TensorJson tensor, ByteBuffer data) {
        List<Long> each = List.of((long) in.channels(), (long) in.height(), (long) in.width());
        boolean fits =
                tensor.shape().size() == 4 && tensor.shape().subList(1, 4).equals(each);
        require(fits, "the input has the shape [N, " + in.channels() + ", " + in.height() + ", " + in.width() + "]");
        int count = count(tensor.shape().get(0));
        int length = Math.toIntExact(in.elements());
        float[] values = tensor.numbers();
        if (tensor.binarySize().isPresent()) {
            require(data.remaining() % Float.BYTES == 0, "FP32 takes four bytes a value");
            values = new float[data.remaining() / Float.BYTES];
            data.asFloatBuffer().get(values);
            for (float value : values) {
                require(Float.isFinite(value), "the input holds a value that is NaN or infinite");
            }
        }
        require(
                values.length == (long) count * length,
                "the shape needs " + (long) count * length + " values, but there are " + values.length);
        List<Input> inputs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            inputs.add(new Input.Tensor(Arrays.copyOfRange(values, i * length, (i + 1) * length)));
        }
        return inputs;
    }

    private List<Input> images(InferRequest.TensorJson tensor, ByteBuffer data) {
        List<Long> shape = tensor.shape();
        require(shape.size() == 1 || shape.size() == 2 && shape.get(1) == 1, "BYTES have the shape [N] or [N, 1]");
        int count = count(shape.get(0));
        List<Input> inputs = tensor.binarySize().isPresent()
                ? files(data, count)
                : tensor.texts().stream()
                        .map(text -> (Input) new Input.ImageFile(PredictApi.base64(text)))
                        .toList();
        require(
                inputs.size() == count,
                "the shape needs " + count + " image files, but there are " + inputs.size()
                        + "; in JSON each is text in base64");
        return inputs;
    }

    /** Each begins with its length in four bytes. */
    private static List<Input> files(ByteBuffer data, int count) {
        List<Input> files = new ArrayList<>();
        while (data.hasRemaining()) {
            require(
                    data.remaining() >= Integer.BYTES && files.size() < count,
                    "the BYTES do not have the shape's count");
            int length = data.getInt();
            require(length >= 0 && length <= data.remaining(), "the BYTES end within an image file");
            byte[] file = new byte[length];
            data.get(file);
            files.add(new Input.ImageFile(file));
        }
        return files;
    }

    /** Texts as BYTES. */
    static byte[] bytes(List<String> texts) {
        List<byte[]> all = texts.stream()
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
        ByteBuffer data = ByteBuffer.allocate(all.stream()
                        .mapToInt(text -> Integer.BYTES + text.length)
                        .sum())
                .order(ByteOrder.LITTLE_ENDIAN);
        all.forEach(text -> data.putInt(text.length).put(text));
        return data.array();
    }

    private int count(long images) {
        require(images >= 1 && images <= most, "a request takes 1 to " + most + " images");
        return (int) images;
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw Refused.badRequest(otherwise);
        }
    }
}
