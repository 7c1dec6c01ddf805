using System.Reflection;

namespace OpenClaw.Edge.Diagnostics;

/// <summary>What this build calls itself.</summary>
public static class EdgeVersion
{
    /// <summary>The version of the original whose wire and configuration this build speaks, sent as
    /// <c>server.version</c>: clients compare it with their own.</summary>
    public const string Compatible = "2026.9.6";

    /// <summary>Our own version, such as <c>0.1.0</c>.</summary>
    public static string Own { get; } =
        typeof(EdgeVersion).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(attribute => attribute.Key == "EdgeVersion")?.Value ?? "0.0.0";
}
