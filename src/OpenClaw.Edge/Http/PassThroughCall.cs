using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Http;

/// <summary>One request on its way to a model server.</summary>
/// <param name="Provider">Provider id, for messages.</param>
/// <param name="Target">Where it goes and what lets it in.</param>
/// <param name="Address">The endpoint itself.</param>
/// <param name="Body">The client's body.</param>
/// <param name="Model">Where its <c>model</c> lies.</param>
/// <param name="UpstreamModel">What stands there instead: a JSON string with quotes.</param>
internal readonly record struct PassThroughCall(
    string Provider,
    PassThroughTarget Target,
    Uri Address,
    ReadOnlyMemory<byte> Body,
    ModelField Model,
    ReadOnlyMemory<byte> UpstreamModel);
