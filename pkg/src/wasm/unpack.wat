;; Decodes the text of pkg/inline.mjs to the module's bytes, in place. In WebAssembly because it runs once, in a page that
;; has just started: in JavaScript, which is interpreted at first, it takes two to four times as long.
(module
  (memory (export "memory") 16)
  ;; Length of the text → length of the bytes.
  (func (export "unpack") (param $length i32) (result i32)
    (local $at i32) (local $to i32) (local $letter i32) (local $value i32) (local $nineties i32)
    (loop $next
      (if (i32.lt_u (local.get $at) (local.get $length))
        (then
          (local.set $letter (i32.load8_u (local.get $at)))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          ;; Its index in the alphabet: printable ASCII without ", < and \.
          (local.set $value
            (i32.sub
              (i32.sub
                (i32.sub (i32.sub (local.get $letter) (i32.const 32)) (i32.gt_u (local.get $letter) (i32.const 34)))
                (i32.gt_u (local.get $letter) (i32.const 60)))
              (i32.gt_u (local.get $letter) (i32.const 92))))
          (if (i32.lt_u (local.get $value) (i32.const 90))
            (then
              (i32.store8 (local.get $to) (i32.add (local.get $nineties) (local.get $value)))
              (local.set $to (i32.add (local.get $to) (i32.const 1)))
              (local.set $nineties (i32.const 0)))
            (else
              (local.set $nineties (i32.mul (i32.sub (local.get $value) (i32.const 89)) (i32.const 90)))))
          (br $next))))
    (local.get $to)))
