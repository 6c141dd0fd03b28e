/**
 * Pictures from files: one decoder, one pixel order (RGB, 8 bits), every file untrusted.
 *
 * <p>{@link io.github.resnet4j.datasets.image.ImageDecoder} reads JPEG, PNG, BMP and GIF to the pixels that Pillow's
 * {@code Image.open(file).convert("RGB")} gives, which is what published ImageNet weights were trained and measured on.
 * The size a file claims is checked before anything is allocated for it. JPEG is decoded by the JDK's libjpeg, from a
 * stream reduced to what the pixels need; the other formats are small enough to be read here, where every length is
 * checked, 16-bit and grey samples keep their values, and text chunks are never inflated.
 */
package io.github.resnet4j.datasets.image;
