namespace OpenClaw.Edge.Cli;

/// <summary>A failure that ends a command with a line for a person. The message names what, where, and how to fix it.</summary>
public sealed class CliException : Exception
{
    /// <summary>Kind of a refusal that a person at the gateway can lift.</summary>
    public const string PairingRequired = "pairing_required";

    /// <summary>Creates the failure.</summary>
    public CliException(ExitCode exit, string message, string? kind = null)
        : base(message)
    {
        Exit = exit;
        Kind = kind ?? exit switch
        {
            ExitCode.Usage => "usage_error",
            ExitCode.Unreachable => "gateway_transport_error",
            ExitCode.Unauthorized => "gateway_auth_error",
            _ => "cli_error",
        };
    }

    /// <summary>What the process returns.</summary>
    public ExitCode Exit { get; }

    /// <summary>The <c>error.type</c> of the JSON envelope.</summary>
    public string Kind { get; }

    /// <summary>The scope that the gateway missed, when that was the reason.</summary>
    public string? MissingScope { get; init; }
}
