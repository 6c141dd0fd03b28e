/**
 * Downloads data sets and pretrained weights once into a cache folder: verified, resumable, safely extracted.
 *
 * <p>Start with {@link io.github.resnet4j.datasets.download.CifarDownload} for data sets and {@link
 * io.github.resnet4j.datasets.download.Downloader} for any other file. What a server sends is untrusted: a file gets
 * its final name only after its size and hash have been verified, and an archive's folder only after every entry has
 * been extracted. A file in the cache is checked again on every use. Failures are {@link
 * io.github.resnet4j.datasets.download.DownloadException}s.
 */
package io.github.resnet4j.datasets.download;
