/** The zoo's own families, each a table of variants; a family's spec stands beside its tables. */
package io.github.resnet4j.zoo.family;
