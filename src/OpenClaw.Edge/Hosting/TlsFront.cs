using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Security.Tls;

namespace OpenClaw.Edge.Hosting;

/// <summary>TLS and plain HTTP on one port: a connection whose first byte is that of a TLS record is decrypted, any other goes on as it
/// is. Kestrel calls it once a connection, before its HTTP. Thread-safe.</summary>
internal sealed partial class TlsFront(TlsIdentity identity, TimeProvider clock, ILogger logger)
{
    private const byte HandshakeRecord = 0x16; // RFC 8446 §5.1; no HTTP method starts with it

    // What Kestrel allows a silent connection until its first request.
    private static readonly TimeSpan FirstByteTimeout = TimeSpan.FromMinutes(2);

    // Kestrel's own.
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Puts this before what follows.</summary>
    public ConnectionDelegate Before(ConnectionDelegate next) => connection => RunAsync(connection, next);

    private Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (!identity.Answers)
        {
            return next(connection);
        }

        // A first request is often here already: then nothing is allocated for the question.
        return connection.Transport.Input.TryRead(out ReadResult first) && !first.Buffer.IsEmpty
            ? GoOnAsync(connection, next, StartsTls(connection, first))
            : WaitAsync(connection, next);
    }

    private async Task WaitAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        bool tls;
        using (var deadline = new CancellationTokenSource(FirstByteTimeout, clock))
        {
            try
            {
                ReadResult first = await connection.Transport.Input.ReadAsync(deadline.Token);
                tls = StartsTls(connection, first);
            }
            catch (Exception gone) when (gone is OperationCanceledException or IOException)
            {
                return; // silent, or left without a word
            }
        }

        await GoOnAsync(connection, next, tls);
    }

    private Task GoOnAsync(ConnectionContext connection, ConnectionDelegate next, bool tls)
    {
        if (tls)
        {
            return DecryptAsync(connection, next);
        }

        if (identity.AsksForCertificate && !IsLoopback(connection.RemoteEndPoint))
        {
            Log.PlainRefused(logger, connection.RemoteEndPoint);
            return Task.CompletedTask;
        }

        return next(connection);
    }

    private async Task DecryptAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        IDuplexPipe plain = connection.Transport;
        await using var stream = new SslStream(new DuplexStream(plain), leaveInnerStreamOpen: true);
        using (var deadline = new CancellationTokenSource(HandshakeTimeout, clock))
        {
            try
            {
                IPAddress? reachedAt = (connection.LocalEndPoint as IPEndPoint)?.Address is { } address
                    ? new IPAddress((address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).GetAddressBytes())
                    : null;
                await stream.AuthenticateAsServerAsync(identity.Handshake(reachedAt), deadline.Token);
            }
            catch (Exception refused) when (refused is AuthenticationException or OperationCanceledException || TlsIdentity.IsUnusable(refused))
            {
                Log.HandshakeFailed(logger, connection.RemoteEndPoint, refused.GetBaseException().Message);
                return;
            }
        }

        var decrypted = new StreamPipes(stream);
        connection.Features.Set<ITlsConnectionFeature>(new Tls(stream));
        connection.Transport = decrypted;
        try
        {
            await next(connection);
        }
        finally
        {
            connection.Transport = plain;
            await decrypted.CompleteAsync();
        }
    }

    private static bool StartsTls(ConnectionContext connection, ReadResult first)
    {
        bool tls = !first.Buffer.IsEmpty && first.Buffer.FirstSpan[0] == HandshakeRecord;
        connection.Transport.Input.AdvanceTo(first.Buffer.Start); // whoever comes next reads it again
        return tls;
    }

    private static bool IsLoopback(EndPoint? peer) =>
        peer is IPEndPoint { Address: var address } && IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    private sealed class StreamPipes(SslStream stream) : IDuplexPipe
    {
        public PipeReader Input { get; } = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true, useZeroByteReads: true));

        public PipeWriter Output { get; } = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));

        public async ValueTask CompleteAsync()
        {
            await Input.CompleteAsync();
            await Output.CompleteAsync();
        }
    }

    // What makes Kestrel say https.
    private sealed class Tls(SslStream stream) : ITlsConnectionFeature
    {
        public X509Certificate2? ClientCertificate { get; set; } = stream.RemoteCertificate as X509Certificate2;

        public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);
    }

    private static partial class Log
    {
        [LoggerMessage(2020, LogLevel.Debug, "TLS handshake with {Peer} failed: {Reason}")]
        public static partial void HandshakeFailed(ILogger logger, EndPoint? peer, string reason);

        [LoggerMessage(2021, LogLevel.Debug, "Plain connection of {Peer} closed: gateway.tls.caPath asks for a certificate.")]
        public static partial void PlainRefused(ILogger logger, EndPoint? peer);
    }
}
