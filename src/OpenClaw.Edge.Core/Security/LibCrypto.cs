using System.Runtime.InteropServices;

namespace OpenClaw.Edge.Security;

/// <summary>OpenSSL's libcrypto, loaded when first needed, for the one thing .NET lacks: Ed25519. An absent library
/// makes every signature invalid.</summary>
internal static unsafe class LibCrypto
{
    private const int Ed25519Type = 1087; // EVP_PKEY_ED25519, NID of id-Ed25519
    private static readonly string[] Names = ["libcrypto.so.3", "libcrypto.so.1.1", "libcrypto.so"];
    private static readonly Lazy<Functions?> Loaded = new(Load);

    /// <summary>Whether the library and its functions were found.</summary>
    public static bool IsAvailable => Loaded.Value is not null;

    /// <summary>Whether the signature is by this key over this message. Never throws.</summary>
    public static bool VerifyEd25519(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (Loaded.Value is not { } crypto)
        {
            return false;
        }

        nint key;
        fixed (byte* raw = publicKey)
        {
            key = crypto.NewRawPublicKey(Ed25519Type, 0, raw, (nuint)publicKey.Length);
        }

        if (key == 0)
        {
            return false;
        }

        nint context = crypto.NewDigestContext();
        try
        {
            fixed (byte* sig = signature)
            fixed (byte* data = message)
            {
                return context != 0
                    && crypto.VerifyInit(context, 0, 0, 0, key) == 1
                    && crypto.Verify(context, sig, (nuint)signature.Length, data, (nuint)message.Length) == 1;
            }
        }
        finally
        {
            crypto.FreeDigestContext(context);
            crypto.FreeKey(key);
        }
    }

    /// <summary>The public key of a private one; false without the library. Both are 32 bytes.</summary>
    public static bool TryGetPublicKey(ReadOnlySpan<byte> privateKey, Span<byte> publicKey)
    {
        if (Loaded.Value is not { } crypto)
        {
            return false;
        }

        nint key = PrivateKey(crypto, privateKey);
        try
        {
            nuint length = (nuint)publicKey.Length;
            fixed (byte* raw = publicKey)
            {
                return key != 0 && crypto.GetRawPublicKey(key, raw, ref length) == 1;
            }
        }
        finally
        {
            crypto.FreeKey(key);
        }
    }

    /// <summary>Signs a message; false without the library. The signature is 64 bytes.</summary>
    public static bool TrySign(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> message, Span<byte> signature)
    {
        if (Loaded.Value is not { } crypto)
        {
            return false;
        }

        nint key = PrivateKey(crypto, privateKey);
        nint context = crypto.NewDigestContext();
        try
        {
            nuint length = (nuint)signature.Length;
            fixed (byte* sig = signature)
            fixed (byte* data = message)
            {
                return key != 0
                    && context != 0
                    && crypto.SignInit(context, 0, 0, 0, key) == 1
                    && crypto.Sign(context, sig, ref length, data, (nuint)message.Length) == 1;
            }
        }
        finally
        {
            crypto.FreeDigestContext(context);
            crypto.FreeKey(key);
        }
    }

    private static nint PrivateKey(Functions crypto, ReadOnlySpan<byte> privateKey)
    {
        fixed (byte* raw = privateKey)
        {
            return crypto.NewRawPrivateKey(Ed25519Type, 0, raw, (nuint)privateKey.Length);
        }
    }

    private static Functions? Load()
    {
        foreach (string name in Names)
        {
            if (NativeLibrary.TryLoad(name, out nint library) && Functions.TryFind(library) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private sealed class Functions
    {
        private static readonly string[] Exports =
        [
            "EVP_PKEY_new_raw_public_key", "EVP_PKEY_free", "EVP_MD_CTX_new", "EVP_MD_CTX_free", "EVP_DigestVerifyInit",
            "EVP_DigestVerify", "EVP_PKEY_new_raw_private_key", "EVP_PKEY_get_raw_public_key", "EVP_DigestSignInit",
            "EVP_DigestSign",
        ];

        private readonly nint[] _entries;

        private Functions(nint[] entries) => _entries = entries;

        public static Functions? TryFind(nint library)
        {
            nint[] entries = new nint[Exports.Length];
            for (int index = 0; index < entries.Length; index++)
            {
                if (!NativeLibrary.TryGetExport(library, Exports[index], out entries[index]))
                {
                    return null;
                }
            }

            return new Functions(entries);
        }

        public nint NewRawPublicKey(int type, nint engine, byte* key, nuint length) =>
            ((delegate* unmanaged[Cdecl]<int, nint, byte*, nuint, nint>)_entries[0])(type, engine, key, length);

        public void FreeKey(nint key) => ((delegate* unmanaged[Cdecl]<nint, void>)_entries[1])(key);

        public nint NewDigestContext() => ((delegate* unmanaged[Cdecl]<nint>)_entries[2])();

        public void FreeDigestContext(nint context) => ((delegate* unmanaged[Cdecl]<nint, void>)_entries[3])(context);

        public int VerifyInit(nint context, nint keyContext, nint digest, nint engine, nint key) =>
            ((delegate* unmanaged[Cdecl]<nint, nint, nint, nint, nint, int>)_entries[4])(context, keyContext, digest, engine, key);

        public int Verify(nint context, byte* signature, nuint signatureLength, byte* data, nuint dataLength) =>
            ((delegate* unmanaged[Cdecl]<nint, byte*, nuint, byte*, nuint, int>)_entries[5])(
                context, signature, signatureLength, data, dataLength);

        public nint NewRawPrivateKey(int type, nint engine, byte* key, nuint length) =>
            ((delegate* unmanaged[Cdecl]<int, nint, byte*, nuint, nint>)_entries[6])(type, engine, key, length);

        public int GetRawPublicKey(nint key, byte* raw, ref nuint length)
        {
            fixed (nuint* size = &length)
            {
                return ((delegate* unmanaged[Cdecl]<nint, byte*, nuint*, int>)_entries[7])(key, raw, size);
            }
        }

        public int SignInit(nint context, nint keyContext, nint digest, nint engine, nint key) =>
            ((delegate* unmanaged[Cdecl]<nint, nint, nint, nint, nint, int>)_entries[8])(context, keyContext, digest, engine, key);

        public int Sign(nint context, byte* signature, ref nuint signatureLength, byte* data, nuint dataLength)
        {
            fixed (nuint* size = &signatureLength)
            {
                return ((delegate* unmanaged[Cdecl]<nint, byte*, nuint*, byte*, nuint, int>)_entries[9])(
                    context, signature, size, data, dataLength);
            }
        }
    }
}
