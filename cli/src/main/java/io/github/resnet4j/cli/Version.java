package io.github.resnet4j.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version that the build wrote into the class path. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {
            "resnet4j " + current() + " (Deeplearning4j 1.0.0-M2.1, Java "
                    + Runtime.version().feature() + ")"
        };
    }

    static String current() {
        try (InputStream in = Version.class.getResourceAsStream("/io/github/resnet4j/version.properties")) {
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
