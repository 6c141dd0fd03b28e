package io.github.resnet4j.zoo.summary;

import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Output;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A network as a table of plain text: name, operation, output shape (channels × height × width), parameters and
 * multiply-adds of every layer, with the sums of its stage in the row above them and those of the network below. Zeros
 * are left out; a {@code pad} is of rows at top and bottom, columns at left and right. No row of the zoo's networks is wider than 100 characters.
 */
public final class NetworkSummary {
    private static final String GAP = "  ";

    private final Network network;
    private final Set<String> frozen = new HashSet<>();
    private final List<Row> rows = new ArrayList<>();

    private NetworkSummary(Network network, SummaryOptions options) {
        this.network = network;
        options.frozenUpTo().map(network::upTo).orElse(List.of()).forEach(node -> frozen.add(node.name()));
        for (String stage : network.stages()) {
            List<Node> nodes = network.nodes().stream()
                    .filter(node -> node.stage().equals(stage))
                    .toList();
            rows.add(row(stage, "", nodes));
            if (options.layers()) {
                nodes.forEach(node -> rows.add(row(GAP + node.name(), node.op().label(), List.of(node))));
            }
        }
    }

    /**
     * The table and the totals, lines ending in {@code \n}.
     *
     * @throws IllegalArgumentException if {@code frozenUpTo} names no part of the network; the message has the nearest
     */
    public static String text(Network network, SummaryOptions options) {
        return new NetworkSummary(network, options).write();
    }

    private String write() {
        Row head = new Row("layer", "operation", "output", "parameters", "MACs", frozen.isEmpty() ? "" : "frozen");
        List<Integer> widths = new ArrayList<>();
        for (int column = 0; column < head.cells().size(); column++) {
            int widest = head.cells().get(column).length();
            for (Row row : rows) {
                widest = Math.max(widest, row.cells().get(column).length());
            }
            widths.add(widest);
        }
        String title = head.line(widths);
        StringBuilder text = new StringBuilder(network.name() + ": " + network.input() + " pixels to " + result()
                + "\n\n" + title + "\n" + "-".repeat(title.length()) + "\n");
        rows.forEach(row -> text.append(row.line(widths)).append('\n'));
        return text.append('\n').append(totals()).toString();
    }

    private String result() {
        if (network.output() instanceof Output.Values) {
            return network.out() + " values";
        }
        String classes = Counts.exact(network.classes()) + " classes";
        return network.output() instanceof Output.ClassMap ? classes + " at each place" : classes;
    }

    private String totals() {
        StringBuilder text = new StringBuilder("parameters " + Counts.exact(network.parameters()));
        if (network.statistics() > 0) {
            text.append(" (DL4J counts " + Counts.exact(network.parameters() + network.statistics()) + ": + "
                    + Counts.exact(network.statistics()) + " BN statistics)");
        }
        text.append('\n');
        if (!frozen.isEmpty()) {
            long fixed = network.nodes().stream()
                    .filter(this::isFrozen)
                    .mapToLong(Node::parameters)
                    .sum();
            text.append(
                    "frozen " + Counts.exact(fixed) + ", trained " + Counts.exact(network.parameters() - fixed) + "\n");
        }
        return text.append("MACs " + Counts.rounded(network.macs()) + "\n").toString();
    }

    /** One row for a layer or a whole stage; its output is that of its last node. */
    private Row row(String name, String operation, List<Node> nodes) {
        long parameters = nodes.stream().mapToLong(Node::parameters).sum();
        long macs = nodes.stream().mapToLong(Node::macs).sum();
        long fixed = nodes.stream().filter(this::isFrozen).count();
        return new Row(
                name,
                operation,
                nodes.get(nodes.size() - 1).out().toString(),
                parameters == 0 ? "" : Counts.exact(parameters),
                macs == 0 ? "" : Counts.rounded(macs),
                fixed == 0 ? "" : fixed == nodes.size() ? "frozen" : "partly");
    }

    private boolean isFrozen(Node node) {
        return frozen.contains(node.name());
    }

    private record Row(String name, String operation, String output, String parameters, String macs, String frozen) {
        List<String> cells() {
            return List.of(name, operation, output, parameters, macs, frozen);
        }

        String line(List<Integer> widths) {
            return String.join(
                            GAP,
                            left(name, widths.get(0)),
                            left(operation, widths.get(1)),
                            left(output, widths.get(2)),
                            right(parameters, widths.get(3)),
                            right(macs, widths.get(4)),
                            frozen)
                    .stripTrailing();
        }

        private static String left(String text, int width) {
            return text + " ".repeat(width - text.length());
        }

        private static String right(String text, int width) {
            return " ".repeat(width - text.length()) + text;
        }
    }
}
