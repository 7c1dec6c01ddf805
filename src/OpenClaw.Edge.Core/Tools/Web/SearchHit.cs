namespace OpenClaw.Edge.Tools;

/// <summary>One result of a web search.</summary>
/// <param name="Title">Title of the page.</param>
/// <param name="Url">Its address.</param>
/// <param name="Snippet">What it says, in short.</param>
/// <param name="Published">When, as the engine wrote it; empty when it did not.</param>
internal sealed record SearchHit(string Title, string Url, string Snippet, string Published = "");
