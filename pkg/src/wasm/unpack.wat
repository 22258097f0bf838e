;; Decodes the text of pkg/inline.mjs to the module's bytes. In WebAssembly because it runs once, in a page that has just
;; started: JavaScript is interpreted at first.
;;
;; Memory: the dictionary from 0, 32 bytes an instruction (its bytes, its class at 29, how many bytes at 30, what follows at 31). The
;; streams, 16 bytes each: from 24 KiB the text itself and the instructions (the address of the next digit at 0, the end at 12); from
;; 25 KiB the numbers, 32 streams for each kind (the address of the next digit, what is added, whether signed, how many streams the
;; kind has). The text from 32 KiB; the module from 512 KiB.
(module
  (memory (export "memory") 16)
  (global $to (mut i32) (i32.const 0x80000))

  ;; The digit at an address.
  (func $digit (param $at i32) (result i32)
    (local $value i32)
    (local.set $value (i32.sub (i32.load8_u (local.get $at)) (i32.const 35)))
    ;; A space is 25, `!` is 57.
    (if (i32.lt_s (local.get $value) (i32.const 0))
      (then (return (i32.add (i32.const 121) (i32.shl (local.get $value) (i32.const 5))))))
    (local.get $value))

  ;; The next number of a stream.
  (func $number (param $stream i32) (result i32)
    (local $at i32) (local $value i32) (local $left i32) (local $more i32)
    (local.set $value (call $digit (local.tee $at (i32.load (local.get $stream)))))
    (local.set $at (i32.add (local.get $at) (i32.const 1)))
    (if (i32.ge_u (local.get $value) (i32.const 64))
      (then
        (if (i32.lt_u (local.get $value) (i32.const 86))
          (then
            (local.set $left (i32.const 1))
            (local.set $more (i32.const 64))
            (local.set $value (i32.sub (local.get $value) (i32.const 64))))
          (else
            (if (i32.lt_u (local.get $value) (i32.const 91))
              (then
                (local.set $left (i32.const 2))
                (local.set $more (i32.const 2088))
                (local.set $value (i32.sub (local.get $value) (i32.const 86))))
              (else
                (local.set $left (i32.const 5))
                (local.set $value (i32.const 0))))))
        (loop $next
          (local.set $value (i32.add (i32.mul (local.get $value) (i32.const 92)) (call $digit (local.get $at))))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br_if $next (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
        (local.set $value (i32.add (local.get $value) (local.get $more)))))
    (i32.store (local.get $stream) (local.get $at))
    (local.get $value))

  (func $put (param $byte i32)
    (i32.store8 (global.get $to) (local.get $byte))
    (global.set $to (i32.add (global.get $to) (i32.const 1))))

  ;; Writes LEB128.
  (func $leb (param $value i32) (param $signed i32)
    (local $byte i32)
    (loop $next
      (local.set $byte (i32.and (local.get $value) (i32.const 127)))
      (local.set $value
        (select
          (i32.shr_s (local.get $value) (i32.const 7))
          (i32.shr_u (local.get $value) (i32.const 7))
          (local.get $signed)))
      ;; Done if what is left is the sign.
      (if (i32.ne
            (local.get $value)
            (i32.sub (i32.const 0) (i32.and (local.get $signed) (i32.shr_u (local.get $byte) (i32.const 6)))))
        (then
          (call $put (i32.or (local.get $byte) (i32.const 128)))
          (br $next))))
    (call $put (local.get $byte)))

  ;; Copies bytes, up to an address of the text or of the module.
  (func $raw (param $head i32) (param $text_end i32) (param $end i32)
    (local $at i32) (local $byte i32)
    (local.set $at (i32.load (local.get $head)))
    (loop $next
      (if (i32.and (i32.lt_u (local.get $at) (local.get $text_end)) (i32.lt_u (global.get $to) (local.get $end)))
        (then
          (if (i32.ge_u (local.tee $byte (i32.load8_u (local.get $at))) (i32.const 124))
            (then
              (local.set $at (i32.add (local.get $at) (i32.const 1)))
              (local.set $byte
                (i32.add
                  (i32.mul (i32.sub (local.get $byte) (i32.const 124)) (i32.const 92))
                  (call $digit (local.get $at))))))
          ;; 0 and `$` change places (pkg/inline.mjs).
          (if (i32.or (i32.eqz (local.get $byte)) (i32.eq (local.get $byte) (i32.const 36)))
            (then (local.set $byte (i32.sub (i32.const 36) (local.get $byte)))))
          (call $put (local.get $byte))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br $next))))
    (i32.store (local.get $head) (local.get $at)))

  ;; Reads the dictionary, and where the streams begin and end.
  (func $tables (param $head i32)
    (local $left i32) (local $entry i32) (local $at i32) (local $length i32) (local $kind i32) (local $least i32)
    (local $signed i32) (local $count i32)
    (local.set $left (call $number (local.get $head)))
    (loop $next
      (i32.store8 offset=30 (local.get $entry) (local.tee $length (call $number (local.get $head))))
      (local.set $at (local.get $entry))
      (loop $byte
        (if (local.get $length)
          (then
            (i32.store8 (local.get $at) (call $number (local.get $head)))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (local.set $length (i32.sub (local.get $length) (i32.const 1)))
            (br $byte))))
      (i32.store8 offset=31 (local.get $entry) (call $number (local.get $head)))
      (i32.store8 offset=29 (local.get $entry) (call $number (local.get $head)))
      (local.set $entry (i32.add (local.get $entry) (i32.const 32)))
      (br_if $next (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (call $stream (local.get $head) (i32.const 0x6010))
    ;; Eleven kinds of numbers.
    (local.set $kind (i32.const 0x6400))
    (loop $next
      (local.set $least (call $number (local.get $head)))
      (local.set $signed (call $number (local.get $head)))
      (local.set $count (local.tee $left (call $number (local.get $head))))
      (local.set $at (local.get $kind))
      (loop $stream
        (call $stream (local.get $head) (local.get $at))
        (i32.store offset=4 (local.get $at) (local.get $least))
        (i32.store offset=8 (local.get $at) (local.get $signed))
        (i32.store offset=12 (local.get $at) (local.get $count))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br_if $stream (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
      (br_if $next
        (i32.lt_u (local.tee $kind (i32.add (local.get $kind) (i32.const 0x200))) (i32.const 0x7a00)))))

  ;; Reads where a stream begins and ends.
  (func $stream (param $head i32) (param $stream i32)
    (local $length i32)
    (local.set $length (call $number (local.get $head)))
    (i32.store (local.get $stream) (i32.load (local.get $head)))
    (i32.store (local.get $head) (i32.add (i32.load (local.get $head)) (local.get $length)))
    (i32.store offset=12 (local.get $stream) (i32.load (local.get $head))))

  ;; Puts instructions and their numbers together. Most are of one digit, and most of the numbers are one byte: those are read
  ;; and written here.
  (func $functions
    (local $symbols i32) (local $end i32) (local $to i32) (local $value i32) (local $entry i32) (local $follows i32)
    (local $from i32) (local $size i32) (local $stream i32) (local $at i32) (local $ahead i32) (local $previous i32)
    (local.set $symbols (i32.load (i32.const 0x6010)))
    (local.set $end (i32.load (i32.const 0x601c)))
    (local.set $from (local.tee $to (global.get $to)))
    (local.set $ahead (i32.shl (call $number (i32.const 0x6010)) (i32.const 5)))
    (local.set $symbols (i32.load (i32.const 0x6010)))
    (loop $next
      (local.set $entry (local.get $ahead))
      (if (i32.lt_u (local.tee $value (i32.sub (i32.load8_u (local.get $symbols)) (i32.const 35))) (i32.const 64))
        (then (local.set $symbols (i32.add (local.get $symbols) (i32.const 1))))
        (else
          (i32.store (i32.const 0x6010) (local.get $symbols))
          (local.set $value (call $number (i32.const 0x6010)))
          (local.set $symbols (i32.load (i32.const 0x6010)))))
      (local.set $ahead (i32.shl (local.get $value) (i32.const 5)))
      ;; Up to 24 bytes at once, of which the instruction's own count.
      (i64.store (local.get $to) (i64.load (local.get $entry)))
      (i64.store offset=8 (local.get $to) (i64.load offset=8 (local.get $entry)))
      (i64.store offset=16 (local.get $to) (i64.load offset=16 (local.get $entry)))
      (local.set $to (i32.add (local.get $to) (i32.load8_u offset=30 (local.get $entry))))
      (if (i32.gt_u (local.tee $follows (i32.load8_u offset=31 (local.get $entry))) (i32.const 1))
        (then
          ;; One stream, one for each of 16 classes of the next instruction, or one for each of 24 of the one before.
          (local.set $stream (i32.add (i32.const 0x6000) (i32.shl (local.get $follows) (i32.const 9))))
          (if (i32.gt_u (local.tee $value (i32.load offset=12 (local.get $stream))) (i32.const 1))
            (then
              (local.set $stream
                (i32.add
                  (local.get $stream)
                  (i32.shl
                    (select
                      (i32.load8_u offset=29 (local.get $ahead))
                      (local.get $previous)
                      (i32.eq (local.get $value) (i32.const 16)))
                    (i32.const 4))))))
          (local.set $at (i32.load (local.get $stream)))
          (if (i32.lt_u (local.tee $value (i32.sub (i32.load8_u (local.get $at)) (i32.const 35))) (i32.const 64))
            (then (i32.store (local.get $stream) (i32.add (local.get $at) (i32.const 1))))
            (else (local.set $value (call $number (local.get $stream)))))
          (local.set $value (i32.add (local.get $value) (i32.load offset=4 (local.get $stream))))
          (if (i32.lt_u (local.get $value) (i32.const 64))
            (then
              (i32.store8 (local.get $to) (local.get $value))
              (local.set $to (i32.add (local.get $to) (i32.const 1))))
            (else
              (global.set $to (local.get $to))
              (call $leb (local.get $value) (i32.load offset=8 (local.get $stream)))
              (local.set $to (global.get $to)))))
        (else
          (if (local.get $follows)
            (then
              ;; The end of a function: its size comes before it.
              (local.set $size (i32.sub (local.get $to) (local.get $from)))
              (memory.copy
                (i32.add
                  (local.get $from)
                  (i32.add
                    (i32.add (i32.const 1) (i32.gt_u (local.get $size) (i32.const 127)))
                    (i32.gt_u (local.get $size) (i32.const 16383))))
                (local.get $from)
                (local.get $size))
              (global.set $to (local.get $from))
              (call $leb (local.get $size) (i32.const 0))
              (local.set $from (local.tee $to (i32.add (global.get $to) (local.get $size))))))))
      ;; A local variable that is read, below 8, is a class by itself; the others are one.
      (local.set $previous
        (select
          (i32.add (i32.const 16) (select (local.get $value) (i32.const 7) (i32.lt_u (local.get $value) (i32.const 7))))
          (i32.load8_u offset=29 (local.get $entry))
          (i32.eq (local.get $follows) (i32.const 2))))
      ;; The last instruction is read, but not written.
      (br_if $next (i32.lt_u (local.get $symbols) (local.get $end))))
    (global.set $to (local.get $to)))

  ;; Length of the text → length of the bytes.
  (func (export "unpack") (param $length i32) (result i32)
    (i32.store (i32.const 0x6000) (i32.const 0x8000))
    (call $tables (i32.const 0x6000))
    (call $raw
      (i32.const 0x6000) (i32.const -1)
      (i32.add (i32.const 0x80000) (call $number (i32.const 0x6000))))
    (call $functions)
    (call $raw (i32.const 0x6000) (i32.add (i32.const 0x8000) (local.get $length)) (i32.const -1))
    (i32.sub (global.get $to) (i32.const 0x80000))))
