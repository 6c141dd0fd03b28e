/**
 * Zip archives from strangers, read strictly: one directory, one meaning. PyTorch's files and our own archives are zips;
 * what is inside them is known to their packages.
 */
package io.github.resnet4j.zoo.internal.zip;
