using System.Net.Http.Headers;

namespace OpenClaw.Edge.Providers;

/// <summary>Where OpenAI-shaped requests for a provider go as they are, and the headers that let them in. Holds a secret:
/// it has no text form.</summary>
public sealed class PassThroughTarget
{
    private readonly KeyValuePair<string, string>[] _headers;

    /// <summary>Describes a target.</summary>
    /// <param name="baseUri">OpenAI-compatible root, such as <c>http://127.0.0.1:11434/v1/</c>.</param>
    /// <param name="headers">Authorization and the configured extra headers.</param>
    public PassThroughTarget(Uri baseUri, IEnumerable<KeyValuePair<string, string>> headers)
    {
        FirstByteTimeout = ModelServer.LocalFirstByte;
        StallTimeout = ModelServer.DefaultStall;
        string text = baseUri.AbsoluteUri;
        BaseUri = text.EndsWith('/') ? baseUri : new Uri(text + "/");
        _headers = [.. headers];
    }

    /// <summary>OpenAI-compatible root; ends with a slash, so that relative paths append.</summary>
    public Uri BaseUri { get; }

    /// <summary>How long to wait for the answer's head.</summary>
    public TimeSpan FirstByteTimeout { get; init; }

    /// <summary>How long to wait between bytes of the answer.</summary>
    public TimeSpan StallTimeout { get; init; }

    /// <summary>Adds the target's headers to a request for it.</summary>
    public void Apply(HttpRequestHeaders requestHeaders)
    {
        foreach (KeyValuePair<string, string> header in _headers)
        {
            requestHeaders.Remove(header.Key);
            requestHeaders.TryAddWithoutValidation(header.Key, header.Value);
        }
    }

    /// <inheritdoc />
    public override string ToString() => BaseUri.AbsoluteUri;
}
