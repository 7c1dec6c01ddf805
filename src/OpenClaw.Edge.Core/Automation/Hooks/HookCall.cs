using System.Text.Json;

namespace OpenClaw.Edge.Automation;

/// <summary>A webhook as it came in, after its token was checked.</summary>
/// <param name="Path">Place below the base path, without slashes around.</param>
/// <param name="Payload">The body; an empty object when it is no object.</param>
/// <param name="Header">Reads a header by lower-case name.</param>
/// <param name="Query">Reads a query parameter.</param>
public sealed record HookCall(string Path, JsonElement Payload, Func<string, string?> Header, Func<string, string?> Query);
