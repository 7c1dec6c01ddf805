namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>gateway.tls</c> section.</summary>
public sealed record TlsConfig
{
    /// <summary>Whether the port answers TLS, beside plain HTTP; null does so too, with the local authority made at the first caller.</summary>
    public bool? Enabled { get; init; }

    /// <summary>PEM certificate chain.</summary>
    public string? CertPath { get; init; }

    /// <summary>PEM private key.</summary>
    public string? KeyPath { get; init; }

    /// <summary>PEM authorities that clients are checked against.</summary>
    public string? CaPath { get; init; }
}
