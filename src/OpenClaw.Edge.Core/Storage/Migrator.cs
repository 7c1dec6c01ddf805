using Microsoft.Extensions.Logging;

namespace OpenClaw.Edge.Storage;

/// <summary>Brings the schema up to date.</summary>
internal static class Migrator
{
    /// <summary>Runs the migrations that the file lacks.</summary>
    public static void Apply(EdgeConnection connection, string path, TimeProvider time, ILogger logger) =>
        throw new NotImplementedException($"{connection}{path}{time}{logger}");
}
