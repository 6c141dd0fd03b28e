/** One class under a name that DL4J M2.1 looks for and does not have; see {@link org.nd4j.nativeblas.Nd4jCpu}. */
package org.nd4j.nativeblas;
