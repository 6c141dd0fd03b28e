package io.github.resnet4j.datasets.download;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where a file comes from: its publisher's address, or a mirror that is used instead.
 *
 * @param official the publisher's address; its last path segment is the file's name
 * @param mirror a folder that has the file under its name: {@code https:}, {@code http:} or {@code file:}
 * @param shelf a folder in the mirror where the file is looked for before the mirror itself, for files whose names say
 *     little, such as {@code model.safetensors}; empty: the mirror itself only
 */
public record Source(URI official, Optional<URI> mirror, Optional<String> shelf) {
    /** Environment variable that names a mirror: an address, or the path of a folder. */
    public static final String MIRROR_VARIABLE = "RESNET4J_MIRROR";

    private static final Set<String> SCHEMES = Set.of("https", "http", "file");

    public Source {
        requireKnownScheme(official);
        mirror.ifPresent(Source::requireKnownScheme);
        if (nameOf(official).isEmpty()) {
            throw new IllegalArgumentException(official + " does not end in a file's name");
        }
        shelf.ifPresent(name -> {
            if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
                throw new IllegalArgumentException("\"" + name + "\" is not a folder's plain name");
            }
        });
    }

    /** A file that mirrors have beside all others. */
    public static Source of(URI official, Optional<URI> mirror) {
        return new Source(official, mirror, Optional.empty());
    }

    /** The mirror that {@code environment} names, if any. */
    static Optional<URI> mirrorFrom(Map<String, String> environment) {
        String text = environment.getOrDefault(MIRROR_VARIABLE, "").strip();
        if (text.isEmpty()) {
            return Optional.empty();
        }
        // A scheme of one letter is a Windows drive.
        boolean folder = !text.matches("(?s)[A-Za-z][A-Za-z0-9+.-]+:.*");
        try {
            URI mirror = folder ? Path.of(text).toUri() : URI.create(text);
            requireKnownScheme(mirror);
            return Optional.of(mirror);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(MIRROR_VARIABLE + ": " + e.getMessage(), e);
        }
    }

    /** The file's name, such as {@code cifar-10-binary.tar.gz}. */
    public String fileName() {
        return nameOf(official);
    }

    /** The addresses to try, in this order, until one has the file. All have the same scheme. */
    List<URI> addresses() {
        if (mirror.isEmpty()) {
            return List.of(official);
        }
        String base = mirror.get().toString().replaceFirst("/*$", "/");
        URI direct = URI.create(base + fileName());
        return shelf.map(folder -> List.of(URI.create(base + folder + "/" + fileName()), direct))
                .orElse(List.of(direct));
    }

    boolean isLocal() {
        return scheme(mirror.orElse(official)).equals("file");
    }

    /** The addresses for messages. */
    String shown() {
        return String.join(" or ", addresses().stream().map(Source::shown).toList());
    }

    /** {@code address} as messages show it: without a password or a signed query. */
    static String shown(URI address) {
        if (address.getHost() == null) {
            return scheme(address) + ":" + address.getPath();
        }
        String port = address.getPort() < 0 ? "" : ":" + address.getPort();
        return scheme(address) + "://" + address.getHost() + port + address.getRawPath();
    }

    private static void requireKnownScheme(URI address) {
        boolean local = scheme(address).equals("file");
        if (!SCHEMES.contains(scheme(address)) || address.getPath() == null || !local && address.getHost() == null) {
            throw new IllegalArgumentException(address + " is not an https, http or file address");
        }
    }

    static String scheme(URI address) {
        return address.getScheme() == null ? "" : address.getScheme().toLowerCase(Locale.ROOT);
    }

    private static String nameOf(URI address) {
        return address.getPath().substring(address.getPath().lastIndexOf('/') + 1);
    }
}
