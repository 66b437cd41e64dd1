/**
 * Compiles and runs what README and the pages in {@code docs} show: nobody should paste what does not work.
 *
 * <p>Each fenced block says its language. {@code java} is compiled and run, {@code sh} and {@code json} are tried on a
 * server with the sample data, {@code xml} and {@code text} are compared with what is so. A block that is not run here has a
 * comment on the line before it, which says why, or which test runs it:
 *
 * <pre>{@code
 * <!-- not run: a build cannot build itself -->
 * <!-- run by: BrowserIT -->
 * }</pre>
 */
package dev.matview.server.docs;
