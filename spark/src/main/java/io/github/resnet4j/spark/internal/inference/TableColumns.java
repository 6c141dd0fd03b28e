package io.github.resnet4j.spark.internal.inference;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.files.Suggest;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;

/**
 * The columns of a table that matter.
 *
 * @param image holds the content of an image file: binary, or a group with a field {@code bytes}, as Hugging Face's tables
 *     have it
 * @param path what rows are called; empty if by file and number
 * @param label their classes; empty if they have none
 * @param projection these columns, as a schema of Parquet
 * @param numbered whether labels are numbers, not names
 */
public record TableColumns(String image, String path, String label, String projection, boolean numbered)
        implements Serializable {
    private static final List<String> IMAGE_NAMES = List.of("image", "content", "bytes", "data", "jpg", "png");
    private static final List<String> PATH_NAMES = List.of("path", "file", "filename", "name", "__key__");
    private static final List<String> LABEL_NAMES = List.of("label", "class", "cls");
    private static final String BYTES = "bytes";

    /**
     * Finds the columns of a file.
     *
     * @param file in errors
     * @param image the column's name; empty for the usual ones
     * @param path the column's name; empty for the usual ones
     * @param label the column's name; empty for the usual ones
     * @param labelled whether a label is needed
     * @throws BadDataException if a column that is needed is not there or not of a type that can be used
     */
    public static TableColumns of(
            String file, MessageType schema, String image, String path, String label, boolean labelled) {
        Type images = find(file, schema, "image", image, IMAGE_NAMES)
                .filter(column -> !image.isEmpty() || isImage(column))
                .orElseThrow(() -> new BadDataException(file + ": has no column of images; " + described(schema)
                        + "; name the column with --image-column"));
        if (!isImage(images)) {
            throw new BadDataException(file + ": the column " + images.getName()
                    + " does not hold images: it must be binary, with the bytes of image files, not "
                    + kind(images));
        }
        Optional<Type> paths = find(file, schema, "path", path, PATH_NAMES).filter(TableColumns::isText);
        Optional<Type> labels = labelled
                ? find(file, schema, "label", label, LABEL_NAMES).filter(column -> isText(column) || isInteger(column))
                : Optional.empty();
        if (labelled && labels.isEmpty()) {
            throw new BadDataException(file + ": has no column of labels, of text or integers; " + described(schema)
                    + "; name the column with --label-column");
        }
        List<Type> used = new ArrayList<>(List.of(images));
        paths.ifPresent(used::add);
        labels.ifPresent(used::add);
        return new TableColumns(
                images.getName(),
                paths.map(Type::getName).orElse(""),
                labels.map(Type::getName).orElse(""),
                new MessageType("images", used).toString(),
                labels.filter(TableColumns::isInteger).isPresent());
    }

    private static Optional<Type> find(String file, MessageType schema, String what, String name, List<String> usual) {
        if (name.isEmpty()) {
            return usual.stream().filter(schema::containsField).findFirst().map(schema::getType);
        }
        if (!schema.containsField(name)) {
            List<String> names = schema.getFields().stream().map(Type::getName).toList();
            throw new BadDataException(file + ": has no column " + name + " (--" + what + "-column)"
                    + Suggest.nearest(name, names)
                            .map(near -> "; did you mean " + near + "?")
                            .orElse("; " + described(schema)));
        }
        return Optional.of(schema.getType(name));
    }

    private static String described(MessageType schema) {
        return "its columns are "
                + schema.getFields().stream()
                        .limit(20)
                        .map(column -> column.getName() + " (" + kind(column) + ")")
                        .collect(Collectors.joining(", "));
    }

    private static String kind(Type column) {
        if (!column.isPrimitive()) {
            return "group";
        }
        return isText(column)
                ? "text"
                : column.asPrimitiveType().getPrimitiveTypeName().name().toLowerCase(java.util.Locale.ROOT);
    }

    private static boolean isImage(Type column) {
        if (column.isRepetition(Type.Repetition.REPEATED)) {
            return false;
        }
        if (column.isPrimitive()) {
            return isBinary(column) && column.getLogicalTypeAnnotation() == null;
        }
        GroupType group = column.asGroupType();
        return group.containsField(BYTES) && group.getType(BYTES).isPrimitive() && isBinary(group.getType(BYTES));
    }

    private static boolean isBinary(Type column) {
        return column.asPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.BINARY;
    }

    private static boolean isText(Type column) {
        return column.isPrimitive() && isBinary(column) && column.getLogicalTypeAnnotation() != null;
    }

    private static boolean isInteger(Type column) {
        return column.isPrimitive()
                && (column.asPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.INT32
                        || column.asPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.INT64);
    }

    Optional<byte[]> image(Group row) {
        if (row.getFieldRepetitionCount(image) == 0) {
            return Optional.empty();
        }
        if (row.getType().getType(image).isPrimitive()) {
            return Optional.of(row.getBinary(image, 0).getBytes());
        }
        Group group = row.getGroup(image, 0);
        return group.getFieldRepetitionCount(BYTES) == 0
                ? Optional.empty()
                : Optional.of(group.getBinary(BYTES, 0).getBytes());
    }

    Optional<String> path(Group row) {
        return path.isEmpty() ? Optional.empty() : text(row, path);
    }

    Optional<String> label(Group row) {
        return label.isEmpty() ? Optional.empty() : text(row, label);
    }

    private static Optional<String> text(Group row, String column) {
        if (row.getFieldRepetitionCount(column) == 0) {
            return Optional.empty();
        }
        Type type = row.getType().getType(column);
        return Optional.of(
                isText(type)
                        ? row.getBinary(column, 0).toStringUsingUTF8()
                        : row.getValueToString(row.getType().getFieldIndex(column), 0));
    }
}
