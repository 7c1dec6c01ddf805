namespace OpenClaw.Edge.Tools;

/// <summary>A page as it was read.</summary>
/// <param name="Url">Where it was after redirects.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="ContentType">Media type; empty when the server named none.</param>
/// <param name="Title">Its title; empty when it has none.</param>
/// <param name="Text">Its text.</param>
/// <param name="Mark">A word that nobody who wrote the page could know.</param>
/// <param name="Cut">Whether the body was longer than what is read.</param>
internal sealed record WebPage(string Url, int Status, string ContentType, string Title, string Text, string Mark, bool Cut);
