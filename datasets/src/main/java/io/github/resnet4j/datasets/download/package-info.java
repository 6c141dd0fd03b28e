/**
 * Data sets fetched once into a cache folder: verified, resumed, extracted safely.
 *
 * <p>{@link io.github.resnet4j.datasets.download.CifarDownload} is the way in. What a server sends is untrusted: a file
 * appears under its final name only after its size and hash were found right, and an archive's folder only after every
 * entry was extracted. What goes wrong is a {@link io.github.resnet4j.datasets.download.DownloadException}.
 */
package io.github.resnet4j.datasets.download;
