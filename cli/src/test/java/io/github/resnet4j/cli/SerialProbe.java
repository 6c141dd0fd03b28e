package io.github.resnet4j.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;

/** Reads a serialised list when the process that {@link Main} began ends, and says how that went. */
final class SerialProbe {
    private SerialProbe() {}

    /** Takes the arguments of {@link Main}. */
    public static void main(String[] arguments) {
        Runtime.getRuntime().addShutdownHook(new Thread(SerialProbe::deserialise));
        Main.main(arguments);
    }

    private static void deserialise() {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
                out.writeObject(new ArrayList<>());
            }
            try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
                System.out.println("made " + in.readObject().getClass());
            }
        } catch (IOException | ClassNotFoundException e) {
            System.out.println("refused: " + e.getMessage());
        }
    }
}
