namespace OpenClaw.Edge.Providers;

/// <summary>An image of a prompt.</summary>
/// <param name="MimeType">Media type, such as <c>image/png</c>.</param>
/// <param name="Base64">The bytes, base64.</param>
public sealed record PromptImage(string MimeType, string Base64);
