/** What the tests of view stores stand on that serve pages: the contract, and that feeds mean the same over them. */
@NullMarked
package dev.matview.testkit.paged;

import org.jspecify.annotations.NullMarked;
