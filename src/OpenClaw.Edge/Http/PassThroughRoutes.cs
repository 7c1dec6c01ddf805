using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Http;

/// <summary>Endpoints of pass-through targets, made once for each: a <see cref="Uri"/> costs more than the rest of the
/// forwarding. They go when their configuration goes. Thread-safe.</summary>
internal sealed class PassThroughRoutes
{
    private static readonly ConditionalWeakTable<PassThroughTarget, PassThroughRoutes> Known = [];

    private PassThroughRoutes(PassThroughTarget target)
    {
        Chat = new Uri(target.BaseUri, "chat/completions");
        Responses = new Uri(target.BaseUri, "responses");
        Embeddings = new Uri(target.BaseUri, "embeddings");
    }

    /// <summary><c>…/chat/completions</c>.</summary>
    public Uri Chat { get; }

    /// <summary><c>…/responses</c>.</summary>
    public Uri Responses { get; }

    /// <summary><c>…/embeddings</c>.</summary>
    public Uri Embeddings { get; }

    public static PassThroughRoutes Of(PassThroughTarget target) =>
        Known.GetValue(target, static target => new PassThroughRoutes(target));

    /// <summary>A model id as a JSON string.</summary>
    public static byte[] Quote(string modelId) =>
        Encoding.UTF8.GetBytes($"\"{JsonEncodedText.Encode(modelId, WireJson.Relaxed.Encoder)}\"");
}
