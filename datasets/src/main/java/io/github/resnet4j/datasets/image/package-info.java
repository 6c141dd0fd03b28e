/**
 * Images from files: one decoder, one pixel order (RGB, 8 bits), every file untrusted.
 *
 * <p>{@link io.github.resnet4j.datasets.image.ImageDecoder} reads JPEG, PNG, BMP and GIF to the pixels that Pillow's
 * {@code Image.open(file).convert("RGB")} gives, which is what published ImageNet weights were trained and measured on.
 * The size a file claims is checked before anything is allocated for it. JPEG and
 * GIF are decoded here; PNG and BMP by the JDK's readers, each from a file whose structure was checked and which was reduced
 * to what the pixels need: no text is inflated, no colour profile parsed. Where they would accept damaged data, the decoders'
 * comments say what is done instead.
 */
package io.github.resnet4j.datasets.image;
