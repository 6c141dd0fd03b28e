/** What happens to a picture between the file and the network: resampling equal to Pillow's, crops, flips, normalisation. */
package io.github.resnet4j.datasets.transform;
