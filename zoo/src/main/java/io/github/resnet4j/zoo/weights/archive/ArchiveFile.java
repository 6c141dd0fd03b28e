package io.github.resnet4j.zoo.weights.archive;

import io.github.resnet4j.files.Printable;
import io.github.resnet4j.zoo.UnknownModelException;
import io.github.resnet4j.zoo.internal.zip.StrictZip;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Location;
import io.github.resnet4j.zoo.weights.WeightFormat;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * A {@code model.zip} in which everything but the values of the parameters has been checked. Needs neither DL4J nor
 * native code.
 */
final class ArchiveFile {
    static final String CARD = "model.json";
    static final String COEFFICIENTS = "coefficients.bin";
    static final String MARKDOWN = "MODEL_CARD.md";
    static final int MAX_CARD = 1 << 20;
    static final int MAX_MARKDOWN = 1 << 20;

    private static final Set<String> ENTRIES = Set.of(CARD, Configuration.NAME, COEFFICIENTS, MARKDOWN);

    /** JSON of layers that are all alike packs 100 : 1. */
    private static final int MAX_RATIO = 200;

    /** More do not go into one buffer. */
    private static final int MAX_VALUES = 1 << 29;

    private static final int HEAD = 512;

    private final FileBytes file;
    private final StrictZip zip;
    private final ModelCard card;
    private final Network network;
    private final StrictZip.Entry coefficients;

    /**
     * Opens an archive.
     *
     * @throws BadWeightsException if it is anything but what resnet4j writes
     */
    ArchiveFile(FileBytes file) {
        this.file = file;
        requireZip();
        zip = StrictZip.open(file, WeightFormat.ARCHIVE);
        requireEntries();
        card = card(zip.read(required(CARD), MAX_CARD, MAX_RATIO));
        network = network(card);
        requireConfiguration();
        zip.find(MARKDOWN).ifPresent(this::requireMarkdown);
        coefficients = required(COEFFICIENTS);
        requireCoefficients();
    }

    ModelCard card() {
        return card;
    }

    Network network() {
        return network;
    }

    /** How many parameters and statistics it has. */
    int values() {
        return (int) ((coefficients.size() - Coefficients.HEADER) / Float.BYTES);
    }

    /**
     * Reads the parameters and statistics, in DL4J's order.
     *
     * @param into has room for them
     * @throws BadWeightsException if they are damaged
     */
    void read(FloatBuffer into) {
        if (Coefficients.read(file, coefficients.offset(), into) != coefficients.crc()) {
            throw bad(
                    Fault.ZIP_CRC,
                    new Location.Entry(COEFFICIENTS, 0),
                    "has a damaged " + COEFFICIENTS + " (its checksum is wrong); copy or download it again");
        }
    }

    private void requireZip() {
        if (StrictZip.matches(file)) {
            return;
        }
        String start = new String(file.read(0, (int) Math.min(HEAD, file.size())), StandardCharsets.ISO_8859_1);
        if (start.stripLeading().startsWith("<")) {
            throw bad(Fault.HTML, Location.WHOLE, "is a web page, probably an error or login page; download it again");
        }
        if (start.startsWith("version https://git-lfs")) {
            throw bad(Fault.LFS_POINTER, Location.WHOLE, "is a git-lfs pointer, not the file itself; run git lfs pull");
        }
    }

    /** What kind of archive it is, and that it has nothing else in it. */
    private void requireEntries() {
        for (StrictZip.Entry entry : zip.entries()) {
            String name = entry.name();
            if (name.equals("preprocessor.bin") || name.equals("normalizer.bin") || name.startsWith("objects/")) {
                throw bad(
                        Fault.FORBIDDEN_ENTRY,
                        new Location.Entry(name, 0),
                        "has an entry " + Printable.brief(name)
                                + ", which lets DL4J run code that the file chooses; do not trust it");
            }
        }
        if (zip.find(CARD).isEmpty()) {
            boolean dl4j = zip.find(COEFFICIENTS).isPresent()
                    || zip.find(Configuration.NAME).isPresent();
            throw bad(
                    Fault.FORMAT,
                    Location.WHOLE,
                    (dl4j ? "is a DL4J model that was not written by resnet4j" : "was not written by resnet4j")
                            + ": it has no " + CARD + "; use weights in another format, or train again");
        }
        for (StrictZip.Entry entry : zip.entries()) {
            String name = entry.name();
            if (!ENTRIES.contains(name)) {
                throw bad(
                        Fault.FORBIDDEN_ENTRY,
                        new Location.Entry(name, 0),
                        "has an entry " + Printable.brief(name) + ", which resnet4j does not write; do not trust it");
            }
        }
    }

    private StrictZip.Entry required(String name) {
        return zip.find(name)
                .orElseThrow(() ->
                        bad(Fault.INCOMPLETE, Location.WHOLE, "has no entry " + name + "; copy or download it again"));
    }

    private ModelCard card(byte[] json) {
        try {
            return CardJson.read(json);
        } catch (IllegalArgumentException e) {
            throw badCard(e);
        }
    }

    private Network network(ModelCard described) {
        try {
            return described.network();
        } catch (UnknownModelException | IllegalArgumentException e) {
            throw badCard(e);
        }
    }

    private BadWeightsException badCard(RuntimeException e) {
        return new BadWeightsException(
                file.path(),
                WeightFormat.ARCHIVE,
                Fault.CARD,
                new Location.Entry(CARD, 0),
                "has an unusable " + CARD + ": " + Printable.brief(e.getMessage()),
                e);
    }

    private void requireConfiguration() {
        StrictZip.Entry entry = required(Configuration.NAME);
        if (entry.size() > Configuration.MAX_BYTES) {
            throw bad(
                    Fault.JSON_LIMIT,
                    new Location.Entry(Configuration.NAME, 0),
                    "has a " + Configuration.NAME + " of " + entry.size() + " bytes, more than the "
                            + Configuration.MAX_BYTES + " allowed; do not trust it");
        }
        Configuration.require(file.path(), zip.read(entry, Configuration.MAX_BYTES, MAX_RATIO), network);
    }

    /** It is not used, but a file with it is handed on as checked. */
    private void requireMarkdown(StrictZip.Entry entry) {
        if (entry.size() > MAX_MARKDOWN) {
            throw bad(
                    Fault.LIMIT,
                    new Location.Entry(MARKDOWN, 0),
                    "has a " + MARKDOWN + " of " + entry.size() + " bytes, more than the " + MAX_MARKDOWN
                            + " allowed; do not trust it");
        }
        zip.read(entry, MAX_MARKDOWN, MAX_RATIO);
    }

    private void requireCoefficients() {
        if (!coefficients.stored()) {
            throw bad(
                    Fault.ZIP_METHOD,
                    new Location.Entry(COEFFICIENTS, 0),
                    "has a compressed " + COEFFICIENTS + ", which resnet4j never writes; pack it again with zip -0");
        }
        long length = network.parameters() + network.statistics();
        if (length > MAX_VALUES) {
            throw bad(
                    Fault.LIMIT,
                    Location.WHOLE,
                    "has " + length + " parameters; at most " + MAX_VALUES + " are allowed");
        }
        byte[] start = file.read(coefficients.offset(), (int) Math.min(Coefficients.HEADER, coefficients.size()));
        Coefficients.misfit(start, coefficients.size(), length).ifPresent(misfit -> {
            boolean other = misfit.fault() == Fault.PARAM_COUNT;
            throw bad(
                    misfit.fault(),
                    new Location.Entry(COEFFICIENTS, misfit.at()),
                    "has a " + COEFFICIENTS + " that " + misfit.what()
                            + (other
                                    ? ", as " + network.name() + " with input " + network.input() + " and "
                                            + network.classes() + " classes has; it belongs to another model"
                                    : "; copy or download it again"));
        });
    }

    private BadWeightsException bad(Fault fault, Location place, String problem) {
        return new BadWeightsException(file.path(), WeightFormat.ARCHIVE, fault, place, problem);
    }
}
