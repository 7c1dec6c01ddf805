using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Security.Tls;

/// <summary>What the gateway shows to whoever speaks TLS: the configured certificate, or one of the local authority. Nothing is loaded
/// before the first caller; a renewal takes effect with the next handshake and touches no open connection. Thread-safe.</summary>
public sealed partial class TlsIdentity : IDisposable
{
    // How often a handshake looks whether a file has changed, an address has come, or a renewal is due.
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Func<TlsConfig> _config;
    private readonly Func<HostNames> _names;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LocalAuthority _authority;
    private X509Certificate2? _certificate;
    private SslStreamCertificateContext? _context;
    private X509Certificate2Collection? _clients;
    private string _from = "";
    private long _checkedAt;

    /// <summary>Makes an identity that has not read or made anything yet.</summary>
    /// <param name="folder">Where the local authority lives.</param>
    /// <param name="config">The section in force.</param>
    /// <param name="names">What this machine is called.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">For renewals.</param>
    public TlsIdentity(string folder, Func<TlsConfig> config, Func<HostNames> names, TimeProvider time, ILogger logger)
    {
        _config = config;
        _names = names;
        _time = time;
        _logger = logger;
        _authority = new LocalAuthority(folder, time);
    }

    /// <summary>Whether TLS is answered: unless <c>gateway.tls.enabled</c> is false.</summary>
    public bool Answers => _config().Enabled != false;

    /// <summary>Whether callers must show a certificate (<c>gateway.tls.caPath</c>); nothing from elsewhere is then served in the clear.</summary>
    public bool AsksForCertificate => Answers && _config().CaPath is not null;

    /// <summary>SHA-256 of the certificate in use, 64 lower-case hexadecimal digits; null when TLS is off or cannot be had (logged).</summary>
    public string? Fingerprint()
    {
        if (!Answers)
        {
            return null;
        }

        try
        {
            lock (_gate)
            {
                Renew(null);
                return Convert.ToHexStringLower(SHA256.HashData(_certificate!.RawData));
            }
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException or CryptographicException or TypeInitializationException or DllNotFoundException)
        {
            Log.Unusable(_logger, unusable.Message);
            return null;
        }
    }

    /// <summary>The local authority's certificate, for people to install; null with an own certificate or without TLS.</summary>
    public string? AuthorityPem()
    {
        if (!Answers || _config().CertPath is not null)
        {
            return null;
        }

        lock (_gate)
        {
            return _authority.CertificatePem();
        }
    }

    /// <summary>Options of one handshake. Throws <see cref="IOException"/>, <see cref="UnauthorizedAccessException"/>,
    /// <see cref="CryptographicException"/> or <see cref="TypeInitializationException"/> (no OpenSSL) when there is no certificate.</summary>
    /// <param name="reachedAt">The address that the caller used; the certificate is made to name it.</param>
    public SslServerAuthenticationOptions Handshake(IPAddress? reachedAt)
    {
        lock (_gate)
        {
            Renew(reachedAt);
            var options = new SslServerAuthenticationOptions
            {
                ServerCertificateContext = _context,
                ApplicationProtocols = [SslApplicationProtocol.Http11],
                EncryptionPolicy = EncryptionPolicy.RequireEncryption,
            };
            if (_clients is not null)
            {
                options.ClientCertificateRequired = true;
                options.CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    RevocationMode = X509RevocationMode.NoCheck,
                };
                options.CertificateChainPolicy.CustomTrustStore.AddRange(_clients);
            }

            return options;
        }
    }

    /// <summary>Whether an exception means that there is no usable certificate, rather than a bug.</summary>
    public static bool IsUnusable(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or CryptographicException or TypeInitializationException or DllNotFoundException;

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_gate)
        {
            _certificate?.Dispose();
            _certificate = null;
            _context = null;
        }
    }

    // Only under the lock. Handshakes that run keep the context they have got; the old certificate is left to the collector.
    private void Renew(IPAddress? reachedAt)
    {
        TlsConfig config = _config();
        bool covered = reachedAt is null || config.CertPath is not null || _certificate is null || LocalAuthority.Covers(_certificate, reachedAt);
        if (_context is not null && covered && _checkedAt != 0 && _time.GetElapsedTime(_checkedAt) < CheckInterval)
        {
            return;
        }

        _checkedAt = _time.GetTimestamp();
        string from = $"{config.CertPath}\n{Changed(config.CertPath)}\n{Changed(config.KeyPath)}\n{config.CaPath}\n{Changed(config.CaPath)}";
        if (config.CertPath is { } path)
        {
            if (_context is null || from != _from)
            {
                Use(Own(path, config.KeyPath));
            }
        }
        else
        {
            HostNames names = _names();
            if (reachedAt is not null && !names.Addresses.Contains(reachedAt))
            {
                names = names with { Addresses = [.. names.Addresses, reachedAt] };
            }

            X509Certificate2 leaf = _authority.Leaf(names);
            if (_certificate is null || !leaf.RawDataMemory.Span.SequenceEqual(_certificate.RawDataMemory.Span))
            {
                Use(leaf);
            }
            else
            {
                leaf.Dispose();
            }
        }

        if (from != _from)
        {
            _clients = config.CaPath is { } clients ? FromPem(clients) : null;
        }

        _from = from;
    }

    private void Use(X509Certificate2 certificate)
    {
        // The chain is what the files say: no look-up in the network, no store of the machine.
        _context = SslStreamCertificateContext.Create(certificate, Chain(), offline: true);
        _certificate = certificate;
        Log.Uses(_logger, certificate.Subject, certificate.NotAfter.ToUniversalTime());
    }

    private X509Certificate2Collection? Chain() => _config().CertPath is { } path ? FromPem(path) : null;

    private static X509Certificate2 Own(string certificate, string? key) => X509Certificate2.CreateFromPemFile(certificate, key);

    private static X509Certificate2Collection FromPem(string path)
    {
        var found = new X509Certificate2Collection();
        found.ImportFromPemFile(path);
        return found;
    }

    private static long Changed(string? path) => path is null ? 0 : File.GetLastWriteTimeUtc(path).Ticks;

    private static partial class Log
    {
        [LoggerMessage(1410, LogLevel.Information, "TLS shows the certificate of {Subject}, which holds until {Until:u}.")]
        public static partial void Uses(ILogger logger, string subject, DateTimeOffset until);

        [LoggerMessage(1411, LogLevel.Warning, "TLS cannot be answered: {Reason} Check gateway.tls, or install OpenSSL 3 (libssl3).")]
        public static partial void Unusable(ILogger logger, string reason);
    }
}
