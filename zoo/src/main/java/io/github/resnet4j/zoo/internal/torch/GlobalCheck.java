package io.github.resnet4j.zoo.internal.torch;

import io.github.resnet4j.files.Printable;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** Looks over a pickle without running it, for names that are not allowed: people want to know all of them at once. */
final class GlobalCheck {
    private static final int MAX_LISTED = 700;

    private GlobalCheck() {}

    /**
     * Requires that all names in the pickle are of {@link Global}, as far as it has known instructions.
     *
     * @throws BadWeightsException with {@link Fault#NOT_STATE_DICT} for a network that was pickled as a whole, with
     *     {@link Fault#UNSUPPORTED} for tensors that are not read, else with {@link Fault#PKL_GLOBAL}
     */
    static void requireAllowed(PickleBytes bytes) {
        Set<String> refused = new LinkedHashSet<>();
        int code = 0;
        while (code != Opcode.STOP.code() && !bytes.atEnd()) {
            code = bytes.instruction();
            if (!Opcode.isKnown(code)) {
                break; // the machine will say so
            }
            switch (Opcode.of(code).argument()) {
                case NOTHING -> {}
                case BYTE -> bytes.skip(1);
                case TWO_BYTES -> bytes.skip(2);
                case FOUR_BYTES -> bytes.skip(4);
                case EIGHT_BYTES -> bytes.skip(8);
                case BYTES_COUNTED_BY_1 -> bytes.skip(bytes.u1());
                case BYTES_COUNTED_BY_4 -> bytes.skip(bytes.u4());
                case TWO_LINES -> {
                    String path = bytes.line() + "." + bytes.line();
                    if (Global.of(path).isEmpty()) {
                        refused.add(path);
                    }
                }
            }
        }
        if (!refused.isEmpty()) {
            throw refused(bytes, refused);
        }
    }

    private static BadWeightsException refused(PickleBytes bytes, Set<String> names) {
        String first = names.iterator().next();
        if (names.stream().anyMatch(name -> name.startsWith("torch.nn."))) {
            return bytes.bad(
                    Fault.NOT_STATE_DICT,
                    "holds a whole pickled model (class " + Printable.brief(first)
                            + "), not a state dict: in Python, if you trust it, run"
                            + " torch.save(model.state_dict(), FILE)"
                            + " and use that file");
        }
        Optional<String> unsupported = Global.unsupported(first);
        if (unsupported.isPresent()
                && names.stream().allMatch(name -> Global.unsupported(name).isPresent())) {
            return bytes.bad(
                    Fault.UNSUPPORTED,
                    "has " + unsupported.get() + " (" + Printable.brief(first)
                            + "), which resnet4j does not read; in Python, convert them to plain dense tensors"
                            + " and save those");
        }
        StringBuilder list = new StringBuilder();
        int listed = 0;
        for (String name : names) {
            if (list.length() > MAX_LISTED) {
                list.append(" and ").append(names.size() - listed).append(" more");
                break;
            }
            list.append(listed++ == 0 ? "" : ", ").append(Printable.brief(name));
        }
        return refused(bytes, list.toString());
    }

    /** The error for these names. */
    static BadWeightsException refused(PickleBytes bytes, String names) {
        return bytes.bad(
                Fault.PKL_GLOBAL,
                "needs Python objects other than tensors and plain data: " + names
                        + "; to load those, Python would run code that the file names. Only if you trust its maker,"
                        + " convert it in Python: state = torch.load(FILE, weights_only=False), then"
                        + " safetensors.torch.save_file(state, 'model.safetensors'), where state must be the dict of"
                        + " tensors alone");
    }
}
