/**
 * A run described in YAML: typed records, and the loader that fills them.
 *
 * <p>{@link io.github.resnet4j.finetune.config.RunConfig} is the root; its Javadoc and that of its parts is the
 * reference of the file format, since the keys of a map are the components of a record in kebab case ({@code batchSize}
 * is {@code batch-size}) and the range of every value is checked by the record itself.
 *
 * <p>{@link io.github.resnet4j.finetune.config.ConfigLoader} reads a file in four steps: YAML 1.2 to a tree that knows
 * its lines; {@code base:} files merged underneath; {@code --set a.b=c} merged on top; the tree bound to the records,
 * strictly, with all problems reported together. Nothing here loads DL4J, so mistakes are reported within a second.
 */
package io.github.resnet4j.finetune.config;
