using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Gateway;

/// <summary>The one place where an exception becomes an error on the wire.</summary>
internal static class MethodErrors
{
    /// <summary>The error for an exception that callers can act on; null for a bug.</summary>
    public static GatewayError? From(Exception exception) => exception switch
    {
        ProviderException provider => GatewayError.Unavailable(provider.Message),
        StorageException storage => GatewayError.Unavailable(storage.Message),
        _ => null,
    };
}
