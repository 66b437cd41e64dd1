/** Builds and runs Maven projects as somebody else would who uses matview. */
package dev.matview.examples.plainproject;
