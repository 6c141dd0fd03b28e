package io.github.resnet4j.serving.internal.api;

import io.github.resnet4j.serving.internal.http.Json;
import io.github.resnet4j.serving.internal.http.Refused;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * The JSON of an inference request of the Open Inference Protocol, read token by token: a tensor of a million numbers is no
 * million objects.
 *
 * @param id given back with the answer
 * @param inputs as the request has them; what they must be is for others to say
 * @param outputs that are asked for; empty if none is named, which means all
 * @param binaryOutput whether outputs go back as bytes unless they say otherwise
 */
record InferRequest(Optional<String> id, List<TensorJson> inputs, List<Output> outputs, boolean binaryOutput) {
    private static final int LONGEST_ID = 256;
    private static final int MOST_ENTRIES = 16;
    private static final int MOST_DIMENSIONS = 8;

    /**
     * A tensor as JSON has it.
     *
     * @param numbers its data, flat, if they are numbers
     * @param texts its data, flat, if they are text
     * @param binarySize bytes behind the JSON that are its data instead
     */
    record TensorJson(
            String name,
            String datatype,
            List<Long> shape,
            float[] numbers,
            List<String> texts,
            OptionalInt binarySize) {}

    /**
     * An output that is asked for.
     *
     * @param classification number of classes to be given as text instead
     * @param binary whether it goes back as bytes, if said
     */
    record Output(String name, OptionalInt classification, Optional<Boolean> binary) {}

    /** Reads a request. */
    static InferRequest read(byte[] body, int length) {
        return Json.read(body, 0, length, InferRequest::request);
    }

    private static InferRequest request(JsonParser parser) {
        require(parser.nextToken() == JsonToken.START_OBJECT, "the request must be a JSON object with inputs");
        Optional<String> id = Optional.empty();
        List<TensorJson> inputs = List.of();
        List<Output> outputs = List.of();
        Parameters parameters = Parameters.NONE;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "id" -> id = Optional.of(text(parser, "id", LONGEST_ID));
                case "parameters" -> parameters = Parameters.read(parser);
                case "inputs" -> inputs = list(parser, "inputs", InferRequest::input);
                case "outputs" -> outputs = list(parser, "outputs", InferRequest::output);
                default -> throw unknown("a request", name, "id, parameters, inputs, outputs");
            }
        }
        return new InferRequest(id, inputs, outputs, parameters.binaryOutput);
    }

    private static TensorJson input(JsonParser parser) {
        String name = "";
        String datatype = "";
        List<Long> shape = List.of();
        Values values = new Values();
        Parameters parameters = Parameters.NONE;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            parser.nextToken();
            switch (key) {
                case "name" -> name = text(parser, "name", LONGEST_ID);
                case "datatype" -> datatype = text(parser, "datatype", LONGEST_ID);
                case "shape" -> shape = shape(parser);
                case "parameters" -> parameters = Parameters.read(parser);
                case "data" -> values.read(parser);
                default -> throw unknown("an input", key, "name, shape, datatype, parameters, data");
            }
        }
        return new TensorJson(name, datatype, shape, values.numbers(), values.texts, parameters.binarySize);
    }

    private static Output output(JsonParser parser) {
        String name = "";
        Parameters parameters = Parameters.NONE;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            parser.nextToken();
            switch (key) {
                case "name" -> name = text(parser, "name", LONGEST_ID);
                case "parameters" -> parameters = Parameters.read(parser);
                default -> throw unknown("an output", key, "name, parameters");
            }
        }
        return new Output(name, parameters.classification, parameters.binary);
    }

    private interface Reading<T> {
        T from(JsonParser parser);
    }

    private static <T> List<T> list(JsonParser parser, String name, Reading<T> reading) {
        require(parser.currentToken() == JsonToken.START_ARRAY, name + " is a list of objects");
        List<T> all = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            require(parser.currentToken() == JsonToken.START_OBJECT, name + " is a list of objects");
            require(all.size() < MOST_ENTRIES, name + " has more than " + MOST_ENTRIES + " entries");
            all.add(reading.from(parser));
        }
        return all;
    }

    private static List<Long> shape(JsonParser parser) {
        require(parser.currentToken() == JsonToken.START_ARRAY, "shape is a list of whole numbers");
        List<Long> shape = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            require(
                    parser.currentToken() == JsonToken.VALUE_NUMBER_INT && shape.size() < MOST_DIMENSIONS,
                    "shape is a list of at most " + MOST_DIMENSIONS + " whole numbers");
            shape.add(parser.getLongValue());
        }
        return shape;
    }

    private static String text(JsonParser parser, String name, int longest) {
        boolean fits = parser.currentToken() == JsonToken.VALUE_STRING
                && parser.getString().length() <= longest;
        require(fits, name + " is text of at most " + longest + " characters");
        return parser.getString();
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw Refused.badRequest(otherwise);
        }
    }

    private static Refused unknown(String where, String name, String known) {
        String brief = name.length() <= 60 ? name : name.substring(0, 60) + "…";
        return Refused.badRequest(where + " has no '" + brief + "'; it has " + known);
    }

    /** Data, nested or flat, in the order of the document, which is row-major. */
    private static final class Values {
        private float[] numbers = new float[64];
        private int count;
        private final List<String> texts = new ArrayList<>();

        void read(JsonParser parser) {
            require(parser.currentToken() == JsonToken.START_ARRAY, "data is a list");
            int depth = 1;
            while (depth > 0) {
                switch (parser.nextToken()) {
                    case START_ARRAY -> depth++;
                    case END_ARRAY -> depth--;
                    case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> add((float) parser.getDoubleValue());
                    case VALUE_STRING -> texts.add(parser.getString());
                    default -> throw Refused.badRequest("data holds numbers, or text for BYTES");
                }
            }
        }

        private void add(float value) {
            require(Float.isFinite(value), "data holds a number that is too large for FP32");
            if (count == numbers.length) {
                numbers = Arrays.copyOf(numbers, 2 * count);
            }
            numbers[count++] = value;
        }

        float[] numbers() {
            return Arrays.copyOf(numbers, count);
        }
    }

    /** Those of all kinds of objects that mean something here; the protocol lets clients send others. */
    private record Parameters(
            OptionalInt binarySize, OptionalInt classification, Optional<Boolean> binary, boolean binaryOutput) {
        static final Parameters NONE =
                new Parameters(OptionalInt.empty(), OptionalInt.empty(), Optional.empty(), false);

        static Parameters read(JsonParser parser) {
            require(parser.currentToken() == JsonToken.START_OBJECT, "parameters is an object");
            Parameters read = NONE;
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                read = switch (name) {
                    case "binary_data_size" ->
                        new Parameters(
                                OptionalInt.of(count(parser, name)),
                                read.classification,
                                read.binary,
                                read.binaryOutput);
                    case "classification" ->
                        new Parameters(
                                read.binarySize, OptionalInt.of(count(parser, name)), read.binary, read.binaryOutput);
                    case "binary_data" ->
                        new Parameters(
                                read.binarySize,
                                read.classification,
                                Optional.of(flag(parser, name)),
                                read.binaryOutput);
                    case "binary_data_output" ->
                        new Parameters(read.binarySize, read.classification, read.binary, flag(parser, name));
                    default -> {
                        parser.skipChildren();
                        yield read;
                    }
                };
            }
            return read;
        }

        private static int count(JsonParser parser, String name) {
            boolean whole = parser.currentToken() == JsonToken.VALUE_NUMBER_INT;
            require(
                    whole && parser.getDoubleValue() >= 0 && parser.getDoubleValue() <= Integer.MAX_VALUE,
                    name + " is a whole number from 0");
            return parser.getIntValue();
        }

        private static boolean flag(JsonParser parser, String name) {
            require(
                    parser.currentToken() == JsonToken.VALUE_TRUE || parser.currentToken() == JsonToken.VALUE_FALSE,
                    name + " is true or false");
            return parser.getBooleanValue();
        }
    }
}
