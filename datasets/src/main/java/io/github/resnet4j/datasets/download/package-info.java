/**
 * Data sets and pretrained weights fetched once into a cache folder: verified, resumed, extracted safely.
 *
 * <p>{@link io.github.resnet4j.datasets.download.CifarDownload} is the way in for data sets, {@link
 * io.github.resnet4j.datasets.download.Downloader} for any other file. What a server sends is untrusted: a file appears
 * under its final name only after its size and hash were found right, and an archive's folder only after every entry was
 * extracted. A file in the cache is compared again at every use. What goes wrong is a {@link
 * io.github.resnet4j.datasets.download.DownloadException}.
 */
package io.github.resnet4j.datasets.download;
